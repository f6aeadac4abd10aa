//! The tables, as diesel sees them. Kept equal to `migrations/` by the tests, which run both.

diesel::table! {
    notes (sequence) {
        sequence -> BigInt,
        id -> Text,
        owner -> Text,
        text -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    reports (note_id) {
        note_id -> Text,
        words -> BigInt,
        lines -> BigInt,
        characters -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(notes, reports);
