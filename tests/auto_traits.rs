//! Every public type is shared by threads and tasks: `Send`, `Sync` and `'static`, whatever is
//! added to it.

/// Fails to compile for a type that is not.
fn shared<T: Send + Sync + 'static>() {}

macro_rules! shared {
    ($($type:ty,)*) => {
        const SHARED: &[&str] = &[$(stringify!($type)),*];

        #[test]
        fn public_types_are_shared() {
            $(shared::<$type>();)*
        }
    };
}

shared! {
    scimwire::Secret,
    scimwire::attr::AttrName,
    scimwire::attr::AttrPath,
    scimwire::attr::AttrPathError,
    scimwire::attr::SchemaUri,
    scimwire::auth::AuthError,
    scimwire::auth::AuthenticationScheme,
    scimwire::auth::AuthenticationType,
    scimwire::auth::BearerAuth<scimwire::auth::Tokens>,
    scimwire::auth::VerifyTenant<std::sync::Arc<dyn scimwire::auth::Authenticate>>,
    scimwire::auth::IssuedToken,
    scimwire::auth::Me,
    scimwire::auth::MemoryTokens,
    scimwire::auth::Permissions,
    scimwire::auth::Principal,
    scimwire::auth::RequestContext,
    scimwire::auth::Tenant,
    scimwire::auth::TenantUrlTemplate,
    scimwire::auth::TenantUrlTemplateError,
    scimwire::auth::TokenError,
    scimwire::auth::TokenGrant,
    scimwire::auth::TokenHash,
    scimwire::auth::TokenRecord,
    scimwire::auth::Tokens,
    scimwire::dispatch::BaseUrlError,
    scimwire::dispatch::BuildError,
    scimwire::dispatch::Dispatcher,
    scimwire::dispatch::DispatcherBuilder,
    scimwire::dispatch::Features,
    scimwire::dispatch::PatchResponse,
    scimwire::dispatch::ReportedOperation,
    scimwire::dispatch::RequestReport,
    scimwire::dispatch::SystemClock,
    scimwire::error::Error,
    scimwire::error::ScimType,
    scimwire::error::ScimTypeError,
    scimwire::filter::BindError,
    scimwire::filter::BindErrorKind,
    scimwire::filter::FilterBinder<'static>,
    scimwire::filter::BoundFilter,
    scimwire::filter::EvalBudget,
    scimwire::filter::BudgetExceeded,
    scimwire::filter::CompValue,
    scimwire::filter::CompareOp,
    scimwire::filter::CompareOpError,
    scimwire::filter::Comparison,
    scimwire::filter::Filter,
    scimwire::filter::FilterLimits,
    scimwire::filter::Operand,
    scimwire::filter::ParseError,
    scimwire::filter::ParseErrorKind,
    scimwire::filter::UnknownAttribute,
    scimwire::message::BulkId,
    scimwire::message::BulkOperation,
    scimwire::message::BulkRequest,
    scimwire::message::BulkResponse,
    scimwire::message::BulkResult,
    scimwire::message::JsonError,
    scimwire::message::JsonLimits,
    scimwire::message::ListResponse<scimwire::Resource>,
    scimwire::message::MessageError,
    scimwire::message::PatchOp,
    scimwire::message::PatchOperation,
    scimwire::message::SearchRequest,
    scimwire::patch::MemberDelta,
    scimwire::patch::PatchError,
    scimwire::patch::PatchErrorKind,
    scimwire::patch::Path,
    scimwire::patch::PathError,
    scimwire::patch::PatchPlan,
    scimwire::patch::PatchBinder,
    scimwire::patch::Replacement,
    scimwire::hooks::AddMembersEvent<'static>,
    scimwire::hooks::CreateDecision,
    scimwire::hooks::CreateEvent<'static>,
    scimwire::hooks::DeleteDecision,
    scimwire::hooks::DeleteEvent<'static>,
    scimwire::hooks::LinkMode,
    scimwire::hooks::MemberDecision,
    scimwire::hooks::UpdateEvent<'static>,
    scimwire::query::IdOrder,
    scimwire::query::MaxGroups,
    scimwire::query::Page,
    scimwire::query::Position,
    scimwire::query::ProjectedResource<'static>,
    scimwire::query::Projection,
    scimwire::query::ProjectionError,
    scimwire::query::Query,
    scimwire::query::Sort,
    scimwire::query::SortError,
    scimwire::query::SortKey,
    scimwire::query::SortOrder,
    scimwire::quirks::FilterAsPath,
    scimwire::quirks::Deviation,
    scimwire::quirks::Deviations,
    scimwire::quirks::RemoveWithValue,
    scimwire::quirks::EmptyPatch,
    scimwire::quirks::OmittedAttributes,
    scimwire::quirks::Quirks,
    scimwire::quirks::UnknownAttributes,
    scimwire::resource::Address,
    scimwire::resource::Decoded,
    scimwire::resource::EnterpriseUser,
    scimwire::resource::Group,
    scimwire::resource::ResourceDecoder<'static>,
    scimwire::resource::Manager,
    scimwire::resource::Member,
    scimwire::resource::Meta,
    scimwire::resource::MultiValued,
    scimwire::resource::Name,
    scimwire::resource::Resource,
    scimwire::resource::User,
    scimwire::resource::ValueError,
    scimwire::resource::ValueErrorKind,
    scimwire::resource::Version,
    scimwire::resource::VersionError,
    scimwire::schema::Attribute,
    scimwire::schema::AttributeBuilder,
    scimwire::schema::AttributeType,
    scimwire::schema::BuiltinSchema,
    scimwire::schema::SchemaDocument,
    scimwire::schema::InvalidJson,
    scimwire::schema::ResourceUrls,
    scimwire::schema::Membership<'static>,
    scimwire::schema::Mutability,
    scimwire::schema::SchemaRegistry,
    scimwire::schema::ResolvedPath,
    scimwire::schema::ResourceType,
    scimwire::schema::Returned,
    scimwire::schema::Schema,
    scimwire::schema::SchemaBuilder,
    scimwire::schema::SchemaError,
    scimwire::schema::SchemaErrorKind,
    scimwire::schema::SchemaExtension,
    scimwire::schema::Uniqueness,
    scimwire::service::Limits,
    scimwire::service::Resources,
    scimwire::sql::QueryClauses,
    scimwire::sql::Column,
    scimwire::sql::Dialect,
    scimwire::sql::ElementTable,
    scimwire::sql::ColumnFormat,
    scimwire::sql::TimestampFormat,
    scimwire::sql::ColumnMapping,
    scimwire::sql::MappingError,
    scimwire::sql::Parameter,
    scimwire::sql::Sql,
    scimwire::sql::UnmappedAttribute,
    scimwire::sql::Condition,
    scimwire::store::Change,
    scimwire::store::EntityTags,
    scimwire::store::MemberChange,
    scimwire::store::MemoryDirectory,
    scimwire::store::MemoryStore,
    scimwire::store::ChangeKind,
    scimwire::store::Precondition,
    scimwire::store::Pushdown,
    scimwire::store::StorePage,
    scimwire::store::StoreQuery<'static>,
    scimwire::store::StoreError,
    scimwire::store::Update,
    scimwire::store::execute::Room,
    scimwire::testkit::Check,
    scimwire::testkit::Failure,
    scimwire::testkit::Stores,
    scimwire::value::Entry<'static>,
    scimwire::value::IntoIter<scimwire::value::Value>,
    scimwire::value::List,
    scimwire::value::Name,
    scimwire::value::Number,
    scimwire::value::NumberError,
    scimwire::value::Object,
    scimwire::value::Text,
    scimwire::value::Value,
    scimwire_sqlx::SqlDirectory<scimwire_sqlx::Sqlite>,
    scimwire_sqlx::Migration,
    scimwire_sqlx::OpenError,
    scimwire_sqlx::Postgres,
    scimwire_sqlx::PostgresDirectory,
    scimwire_sqlx::PostgresOptions,
    scimwire_sqlx::PostgresStore,
    scimwire_sqlx::Sqlite,
    scimwire_sqlx::SqliteDirectory,
    scimwire_sqlx::SqliteOptions,
    scimwire_sqlx::SqliteStore,
    scimwire_sqlx::SqlStore<scimwire_sqlx::Postgres>,
}

/// Types with one owner, who may be another thread later.
const SENT: &[&str] = &["scimwire::hooks::ChangeGuard", "scimwire::testkit::Task"];

#[test]
fn the_other_public_types_are_sent() {
    fn sent<T: Send + 'static>() {}
    sent::<scimwire::hooks::ChangeGuard>();
    sent::<scimwire::testkit::Task>();
}

/// The record of the public API has them all.
#[test]
fn no_public_type_is_left_out() {
    let records = [include_str!("../api/scimwire.txt"), include_str!("../api/scimwire-sqlx.txt")];
    let shared: Vec<&str> =
        SHARED.iter().map(|text| text.split('<').next().unwrap_or(text)).collect();
    for line in records.iter().flat_map(|record| record.lines()) {
        let Some((path, item)) = line.split_once(": ") else { continue };
        let item = item.strip_prefix("#[non_exhaustive] ").unwrap_or(item);
        let is_type =
            ["pub struct ", "pub enum ", "pub type "].iter().any(|it| item.starts_with(it));
        if is_type && !SENT.contains(&path) {
            assert!(shared.contains(&path), "`{path}` is missing in this file");
        }
    }
}
