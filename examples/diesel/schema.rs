//! The tables, as `diesel print-schema` writes them.

diesel::table! {
    accounts (id) {
        id -> BigInt,
        org_id -> BigInt,
        login -> Text,
        email -> Text,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        is_enabled -> Bool,
        department -> Nullable<Text>,
        manager_id -> Nullable<BigInt>,
        external_id -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    teams (id) {
        id -> BigInt,
        org_id -> BigInt,
        name -> Text,
        external_id -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    team_members (team_id, account_id) {
        team_id -> BigInt,
        account_id -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(accounts, teams, team_members);
