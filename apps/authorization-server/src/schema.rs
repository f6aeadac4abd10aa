//! The tables as diesel knows them. The reason behind each column stands in `migrations/`.

diesel::table! {
    users (id) {
        id -> Text,
        username -> Text,
        password_hash -> Text,
        email -> Nullable<Text>,
        email_verified -> Bool,
        name -> Nullable<Text>,
        staff -> Bool,
        active -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    applications (client_id) {
        client_id -> Text,
        name -> Text,
        client_type -> Text,
        token_endpoint_auth_method -> Text,
        secret_digest -> Nullable<Text>,
        grant_types -> Text,
        redirect_uris -> Text,
        scopes -> Nullable<Text>,
        audiences -> Text,
        resource_server -> Text,
        skip_authorization -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    sessions (digest) {
        digest -> Text,
        user_id -> Nullable<Text>,
        auth_time -> Nullable<BigInt>,
        sid -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    authorization_requests (handle_digest) {
        handle_digest -> Text,
        client_id -> Text,
        parameters -> Text,
        user_id -> Nullable<Text>,
        session_digest -> Nullable<Text>,
        stale_session_digest -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    consents (user_id, client_id) {
        user_id -> Text,
        client_id -> Text,
        scopes -> Text,
        resources -> Text,
        granted_at -> BigInt,
    }
}

diesel::table! {
    authorizations (id) {
        id -> Text,
        client_id -> Text,
        user_id -> Text,
        scopes -> Text,
        resources -> Text,
        auth_time -> BigInt,
        sid -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    authorization_codes (digest) {
        digest -> Text,
        authorization_id -> Text,
        redirect_uri -> Text,
        redirect_uri_sent -> Bool,
        code_challenge -> Text,
        nonce -> Nullable<Text>,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    refresh_tokens (digest) {
        digest -> Text,
        authorization_id -> Text,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        successor_digest -> Nullable<Text>,
        sealed_successor -> Nullable<Text>,
    }
}

diesel::table! {
    revoked_tokens (jti) {
        jti -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    login_attempts (account) {
        account -> Text,
        attempts -> BigInt,
        began_at -> BigInt,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        algorithm -> Text,
        slot -> Nullable<Text>,
        sealed_private_key -> Text,
        created_at -> BigInt,
        activated_at -> Nullable<BigInt>,
        retires_at -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(authorizations, users, sessions);
