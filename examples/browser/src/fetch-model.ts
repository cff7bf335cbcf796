/**
 * Downloads the bytes of a .benn file, once for everything that runs it.
 * @param onProgress called with the bytes so far, and the total if the server reports it
 * @throws Error with a sentence for the page
 */
export async function fetchModel(address: string, onProgress: (loaded: number, total: number | undefined) => void): Promise<ArrayBuffer> {
  const response = await fetch(address).catch(() => undefined);
  if (!response) throw new Error(`${address} cannot be reached. Is this device online, and does that server allow other pages to read it?`);
  if (!response.ok || !response.body) throw new Error(`${address} cannot be loaded: the server answers ${response.status}.`);
  const length = Number(response.headers.get("content-length"));
  const isPlain = response.headers.get("content-encoding") === null; // otherwise the length is that of the compressed bytes
  const total = length > 0 && isPlain ? length : undefined;
  const parts: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    loaded += next.value.length;
    onProgress(loaded, total);
  }
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes.buffer;
}
