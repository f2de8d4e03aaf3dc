/** Endpoints that are named by their address, `-C root@db1.example.org` or `-C qemu:///system`, and are in no configuration. */
import { isIPv4 } from 'node:net';
import { type EndpointName, isEndpointName } from '../ids.ts';
import type { Manifest } from '../platforms/contract.ts';
import type { UnsavedEndpoint } from '../state/config/unsaved.ts';
import type { GlobalFlags } from './command.ts';

/** A host's name alone may be the mistyped name of an endpoint: nothing is connected to for it. */
const LOGIN = /^[^\s@/:]+@[^\s@/]+$/;
const URI = /^[A-Za-z]+(\+[A-Za-z0-9]+)?:\/\/\S+$/;

/** What is typed, as the URI that it stands for; undefined for the name of an endpoint. */
export function uriOf(word: string): string | undefined {
  if (LOGIN.test(word) || isIPv4(word)) return `qemu+ssh://${word}/system`;
  return URI.test(word) ? word : undefined;
}

/** By its host, since ids begin with it. */
export function nameOfUri(uri: string): EndpointName {
  const host = /^[^:]*:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?]*)/.exec(uri)?.[1] ?? '';
  const name = host.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|-$/g, '');
  return isEndpointName(name) ? name : ('localhost' as EndpointName);
}

/** Advice about an endpoint, which commands know only by its address when it is in no configuration. */
export function adviceWithAddress(
  advice: string,
  name: EndpointName,
  { clients }: Pick<GlobalFlags, 'clients'>,
): string {
  const word = clients.find((one) => {
    const uri = uriOf(one);
    return uri !== undefined && nameOfUri(uri) === name;
  });
  return word === undefined
    ? advice
    : advice.replace(/^drover endpoint \w+ \S+$/, (command) => `${command} -C ${word}`);
}

/** Those among these words, for the platform that takes URIs. */
export const unsavedEndpoints = (
  words: readonly string[],
  manifests: readonly Manifest[],
): readonly UnsavedEndpoint[] => {
  const platform = manifests.find(({ endpoint }) => endpoint.some(({ key }) => key === 'uri'))?.id;
  if (platform === undefined) return [];
  return words.flatMap((word) => {
    const uri = uriOf(word);
    return uri === undefined ? [] : [{ name: nameOfUri(uri), platform, values: { uri } }];
  });
};
