// Makes and uses passkeys; the hub speaks of bytes as base64url, the browser as buffers.

import { challengePasskey, keepPasskey, offerPasskey, provePasskey } from "/page/hub.js";

/** The browser knows passkeys, and the page stands under a name: a passkey belongs to a name, never to a number. */
export const canUsePasskeys = Boolean(globalThis.PublicKeyCredential) && isSecureContext && !/^[\d.]+$|^\[/.test(location.hostname);

export async function addPasskey() {
  const offer = await offerPasskey();
  const publicKey = {
    ...offer,
    challenge: bytes(offer.challenge),
    user: { ...offer.user, id: bytes(offer.user.id) },
    excludeCredentials: (offer.excludeCredentials ?? []).map(described),
  };
  await keepPasskey(spell(await navigator.credentials.create({ publicKey })));
}

/** Proves who is at the page; where nobody was signed in, somebody is then. */
export async function proveByPasskey() {
  const asked = await challengePasskey();
  const publicKey = {
    ...asked,
    challenge: bytes(asked.challenge),
    allowCredentials: (asked.allowCredentials ?? []).map(described),
  };
  await provePasskey(spell(await navigator.credentials.get({ publicKey })));
}

const described = (one) => ({ ...one, id: bytes(one.id) });

function spell({ id, rawId, type, response }) {
  const told = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) told[name] = text(response[name]);
  }
  return { id, rawId: text(rawId), type, clientExtensionResults: {}, response: told };
}

function bytes(spelled) {
  const plain = atob(spelled.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
