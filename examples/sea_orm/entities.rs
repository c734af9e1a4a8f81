//! The entities, of which two are resources.

#![allow(missing_docs, reason = "the macros of sea-orm make public items without")]

/// Rows of `accounts`.
pub mod account {
    use scimwire::ScimResource;
    use sea_orm::entity::prelude::*;

    /// An account: a user.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, ScimResource)]
    #[sea_orm(table_name = "accounts")]
    #[scim(user)]
    pub struct Model {
        #[sea_orm(primary_key)]
        #[scim(id)]
        pub(crate) id: i64,
        #[scim(skip)]
        pub(crate) org_id: i64,
        #[scim("userName")]
        pub(crate) login: String,
        #[scim("emails", type = "work", primary)]
        pub(crate) email: String,
        #[scim("name.givenName")]
        pub(crate) first_name: Option<String>,
        #[scim("name.familyName")]
        pub(crate) last_name: Option<String>,
        #[scim("active", default = true)]
        pub(crate) is_enabled: bool,
        #[scim(enterprise, "department")]
        pub(crate) department: Option<String>,
        #[scim(enterprise, "manager")]
        pub(crate) manager_id: Option<i64>,
        #[scim("externalId")]
        pub(crate) external_id: Option<String>,
        #[scim("meta.created")]
        pub(crate) created_at: DateTime,
        #[scim("meta.lastModified")]
        pub(crate) updated_at: DateTime,
        #[scim("meta.version")]
        pub(crate) version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows of `teams`.
pub mod team {
    use scimwire::ScimResource;
    use sea_orm::entity::prelude::*;

    /// A team: a group.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, ScimResource)]
    #[sea_orm(table_name = "teams")]
    #[scim(group)]
    pub struct Model {
        #[sea_orm(primary_key)]
        #[scim(id)]
        pub(crate) id: i64,
        #[scim(skip)]
        pub(crate) org_id: i64,
        #[scim("displayName")]
        pub(crate) name: String,
        #[scim("externalId")]
        pub(crate) external_id: Option<String>,
        /// In a table of its own.
        #[sea_orm(ignore)]
        #[scim("members")]
        pub(crate) members: Vec<i64>,
        #[scim("meta.created")]
        pub(crate) created_at: DateTime,
        #[scim("meta.lastModified")]
        pub(crate) updated_at: DateTime,
        #[scim("meta.version")]
        pub(crate) version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows of `team_members`.
pub mod member {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "team_members")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) team_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) account_id: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
