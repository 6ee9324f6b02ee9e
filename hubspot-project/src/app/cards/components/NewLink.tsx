import { Alert, Button, Flex, Image, Text } from '@hubspot/ui-extensions';
import { useState } from 'react';
import { useCardScope } from '../CardContext';

export interface MadeLink {
  url: string;
  /** The same as a picture, empty where there is none. */
  qr: string;
  /** What else is told this once: whom it opens for, and its passcode. */
  said: string;
}

interface Props extends MadeLink {
  onClose: () => void;
}

/** A new share link. Only its hash is stored, so this is the only time that it can be copied or photographed. */
export function NewLink({ url, qr, said, onClose }: Props) {
  const { copy } = useCardScope();
  const [pictured, setPictured] = useState(false);
  return (
    <Alert title="Your link is ready" variant="success">
      <Flex direction="column" gap="xs">
        <Text>{url}</Text>
        <Text>{said}</Text>
        <Text variant="microcopy">Copy it now: for the partner’s safety it is not shown again.</Text>
        {pictured ? <Image src={qr} alt="QR code that opens this link" width={200} /> : null}
        <Flex direction="row" gap="xs" wrap>
          <Button variant="primary" size="sm" onClick={() => void copy(url)}>
            Copy link
          </Button>
          {qr ? (
            <Button variant="secondary" size="sm" onClick={() => setPictured(!pictured)}>
              {pictured ? 'Hide QR code' : 'Show QR code'}
            </Button>
          ) : null}
          <Button variant="transparent" size="sm" onClick={onClose}>
            Done
          </Button>
        </Flex>
      </Flex>
    </Alert>
  );
}
