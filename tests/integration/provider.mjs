// A real OpenID provider on loopback, for test_sign_in.py: node provider.mjs PORT REDIRECT
import Provider from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const people = {
  ana: { name: "Ana Silva", groups: ["staff", "privacy-team"] },
  ben: { name: "Ben Auditor", groups: ["audit"] },
  eve: { name: "Eve Nobody", groups: ["staff"] },
};
const provider = new Provider(issuer, {
  clients: [{ client_id: "consentmq", client_secret: "a secret of the test's own & more",
    redirect_uris: [redirect], token_endpoint_auth_method: "client_secret_basic" }],
  claims: { openid: ["sub"], profile: ["name", "groups"] },
  conformIdTokenClaims: false,
  findAccount: (_, id) => people[id] && ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  pkce: { required: () => true, methods: ["S256"] },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
