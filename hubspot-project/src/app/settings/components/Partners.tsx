import {
  Button,
  EmptyState,
  Flex,
  Heading,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
  Text,
} from '@hubspot/ui-extensions';
import { useCallback, useState } from 'react';
import type { Api, Done } from '../api';
import type { Partner, PartnerType } from '../types';
import { PartnerForm } from './PartnerForm';

interface Props {
  api: Api;
  partners: Partner[];
  types: PartnerType[];
  done: (done: Done) => void;
}

/** Every partner with its type, which decides what it may see. */
export function Partners({ api, partners, types, done }: Props) {
  const [edited, setEdited] = useState('');
  const saved = useCallback(
    (result: Done) => {
      setEdited('');
      done(result);
    },
    [done],
  );
  const partner = partners.find(({ id }) => id === edited);
  return (
    <Flex direction="column" gap="md">
      {partners.length > 0 ? (
        <PartnerTable partners={partners} edit={setEdited} />
      ) : (
        <EmptyState title="No partner yet" flush layout="vertical" imageWidth={120}>
          <Text>Add the first one here, or from the card on a deal.</Text>
        </EmptyState>
      )}
      {partner ? (
        <>
          <Heading>Edit {partner.name}</Heading>
          <PartnerForm
            key={partner.id}
            api={api}
            types={types}
            partner={partner}
            done={saved}
            cancel={() => setEdited('')}
          />
        </>
      ) : (
        <>
          <Heading>Add a partner</Heading>
          <PartnerForm key={`new-${partners.length}`} api={api} types={types} done={saved} />
        </>
      )}
    </Flex>
  );
}

function PartnerTable({ partners, edit }: { partners: Partner[]; edit: (id: string) => void }) {
  return (
    <Table bordered>
      <TableHead>
        <TableRow>
          <TableHeader>Partner</TableHeader>
          <TableHeader>Type</TableHeader>
          <TableHeader>People</TableHeader>
          <TableHeader>Records</TableHeader>
          <TableHeader>Open links</TableHeader>
          <TableHeader>Change</TableHeader>
        </TableRow>
      </TableHead>
      <TableBody>
        {partners.map((partner) => (
          <TableRow key={partner.id}>
            <TableCell>
              <Text>{partner.tier ? `${partner.name} · ${partner.tier}` : partner.name}</Text>
              {partner.domain ? <Text variant="microcopy">{partner.domain}</Text> : null}
            </TableCell>
            <TableCell>{partner.type_label}</TableCell>
            <TableCell>{partner.people.length}</TableCell>
            <TableCell>{partner.records}</TableCell>
            <TableCell>{partner.links}</TableCell>
            <TableCell>
              <Button size="xs" onClick={() => edit(partner.id)} testId={`edit-${partner.id}`}>
                Edit {partner.name}
              </Button>
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
