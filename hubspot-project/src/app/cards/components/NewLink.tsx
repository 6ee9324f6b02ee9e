import { Alert, Button, Flex, Text } from '@hubspot/ui-extensions';
import { useCardScope } from '../CardContext';

/** A new share link. Only its hash is stored, so this is the only time that it can be copied. */
export function NewLink({ url, onClose }: { url: string; onClose: () => void }) {
  const { copy } = useCardScope();
  return (
    <Alert title="Your link is ready" variant="success">
      <Flex direction="column" gap="xs">
        <Text>{url}</Text>
        <Text variant="microcopy">Copy it now: for the partner’s safety it is not shown again.</Text>
        <Flex direction="row" gap="xs">
          <Button variant="primary" size="sm" onClick={() => void copy(url)}>
            Copy link
          </Button>
          <Button variant="transparent" size="sm" onClick={onClose}>
            Done
          </Button>
        </Flex>
      </Flex>
    </Alert>
  );
}
