"""A client of the authorization server, made of Authlib: every step says its name when it is done.

The address that the user has to visit is the first line of output, the address that the user ends up
at is the first line of input.
"""

import os
import sys

from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.jwk import KeySet
import requests

issuer = os.environ["ISSUER"]
client_id = os.environ["CLIENT_ID"]
client_secret = os.environ["CLIENT_SECRET"]
redirect_uri = os.environ["REDIRECT_URI"]


def done(step):
    print(step, flush=True)


def session(**more):
    return OAuth2Session(
        client_id,
        client_secret,
        token_endpoint_auth_method="client_secret_basic",
        redirect_uri=redirect_uri,
        **more,
    )


def get_json(url):
    answer = requests.get(url, timeout=10, allow_redirects=False)
    answer.raise_for_status()
    return answer.json()


metadata = OpenIDProviderMetadata(get_json(get_well_known_url(issuer, external=True)))
assert metadata["issuer"] == issuer
# Authlib's own reading of OpenID Connect Discovery §3 and RFC 8414 §2; what it cannot know is that http is
# allowed to loopback while developing, so addresses are left out.
for check in (
    "validate_response_types_supported",
    "validate_response_modes_supported",
    "validate_grant_types_supported",
    "validate_token_endpoint_auth_methods_supported",
    "validate_code_challenge_methods_supported",
    "validate_scopes_supported",
    "validate_subject_types_supported",
    "validate_id_token_signing_alg_values_supported",
    "validate_claims_supported",
    "validate_request_uri_parameter_supported",
):
    getattr(metadata, check)()

scope = "openid profile email offline_access notes:read"
verifier = generate_token(64)
nonce = generate_token(32)
client = session(scope=scope, code_challenge_method="S256")
url, state = client.create_authorization_url(
    metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
)
print(url, flush=True)
callback = sys.stdin.readline().strip()
done("discovery")

# Authlib compares the state.
token = client.fetch_token(
    metadata["token_endpoint"],
    authorization_response=callback,
    state=state,
    code_verifier=verifier,
)
assert token["token_type"].lower() == "bearer" and token["refresh_token"]
done("code")

keys = KeySet.import_key_set(get_json(metadata["jwks_uri"]))
signed = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
claims = CodeIDToken(
    signed.claims,
    signed.header,
    {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}},
    {"nonce": nonce, "client_id": client_id, "access_token": token["access_token"]},
)
claims.validate()
assert claims["nonce"] == nonce and claims["at_hash"]
done("id_token")

userinfo = client.get(metadata["userinfo_endpoint"], timeout=10)
userinfo.raise_for_status()
assert userinfo.json()["sub"] == claims["sub"]
assert userinfo.json()["email"] == "alice@example.com"
done("userinfo")

first = dict(token)
renewed = client.refresh_token(metadata["token_endpoint"], refresh_token=first["refresh_token"])
assert renewed["access_token"] != first["access_token"]
assert renewed["refresh_token"] != first["refresh_token"]
done("refresh")

described = client.introspect_token(metadata["introspection_endpoint"], token=renewed["access_token"])
assert described.json()["active"] is True and described.json()["sub"] == claims["sub"]
done("introspection")

revoked = client.revoke_token(metadata["revocation_endpoint"], token=renewed["refresh_token"])
assert revoked.status_code == 200
described = client.introspect_token(metadata["introspection_endpoint"], token=renewed["access_token"])
assert described.json() == {"active": False}
try:
    client.refresh_token(metadata["token_endpoint"], refresh_token=renewed["refresh_token"])
except OAuthError as error:
    assert error.error == "invalid_grant"
else:
    raise AssertionError("a revoked refresh token was honoured")
done("revocation")

machine = session(scope="notes:read").fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
assert machine["access_token"] and "refresh_token" not in machine
done("client_credentials")
