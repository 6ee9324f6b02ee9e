// The one interface between the panel and whatever page it is in.
//
// A HostBridge has
//   session()      → {token?, zone, locale, admin}: who reads this panel; without a token the panel asks for one
//   prove()        → {address, headers?, body}: what to send to which address of ours for a new bearer
//   resize(pixels)   makes the frame as high as its content

const HOSTS = ["canvas", "embedding", "standalone"]; // standalone is served by tests only

/** The bridge that the page names. Rejects when this server does not have it. */
export async function hostBridge(host) {
  if (!HOSTS.includes(host)) throw new Error(`no such host: ${host}`);
  const { createBridge } = await import(`./${host}.js`);
  return createBridge();
}
