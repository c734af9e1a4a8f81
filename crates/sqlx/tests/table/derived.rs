//! Tables of structs that are derived as resources.

use scimwire::ScimResource;
use scimwire::auth::RequestContext;
use scimwire::testkit::{self, Stores};
use scimwire_sqlx::table::{MemberRows, SqlTable, SqlTables};

use super::cases::sqlite;

#[derive(Clone, ScimResource)]
#[scim(user)]
struct Account {
    #[scim(id)]
    id: String,
    #[scim("userName", unique)]
    login: String,
    #[scim("emails", type = "work", primary)]
    email: Option<String>,
    #[scim("name.givenName")]
    first_name: Option<String>,
    #[scim("active", column = "is_enabled", default = true)]
    enabled: bool,
    #[scim("externalId")]
    external_id: Option<String>,
}

#[derive(Clone, ScimResource)]
#[scim(group)]
struct Team {
    #[scim(id)]
    id: String,
    #[scim("displayName")]
    name: String,
    #[scim("members")]
    members: Vec<String>,
}

const DDL: &str = "
    CREATE TABLE accounts (id TEXT PRIMARY KEY, org TEXT NOT NULL, login TEXT NOT NULL, email TEXT, first_name TEXT,
        is_enabled BOOLEAN NOT NULL, external_id TEXT);
    CREATE UNIQUE INDEX accounts_login ON accounts (org, lower(login));
    CREATE INDEX accounts_email ON accounts (org, lower(email));
    CREATE INDEX accounts_external_id ON accounts (org, external_id);
    CREATE TABLE teams (id TEXT PRIMARY KEY, org TEXT NOT NULL, name TEXT NOT NULL);
    CREATE TABLE team_members (team_id TEXT NOT NULL, account_id TEXT NOT NULL, PRIMARY KEY (team_id, account_id));
    CREATE INDEX team_members_account ON team_members (account_id);";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn structs_and_their_groups_pass() {
    let factory = async || {
        let folder = tempfile::tempdir().expect("a folder");
        let pool = sqlite(&folder).await;
        sqlx::raw_sql(DDL).execute(&pool).await.expect("tables");
        let accounts = SqlTable::derived::<Account>("accounts").tenant("org");
        let members = MemberRows::new("team_members", "team_id", "account_id");
        let teams = SqlTable::derived::<Team>("teams").tenant("org").members(members);
        let tables = SqlTables::open(pool, [accounts, teams]).await.expect("they fit");
        let (users, groups) = (tables.users().expect("users"), tables.groups().expect("groups"));
        Stores::new()
            .store(users.clone())
            .store(groups.clone())
            .explained_by("User", users)
            .explained_by("Group", groups)
            .tenants(["acme", "other"].map(RequestContext::new))
            .spawner(|task| drop(tokio::spawn(task)))
            .cases(20)
            .keep_alive(folder)
    };
    testkit::run_all(&factory).await;
}
