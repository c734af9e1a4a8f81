//! A tenant like life: each user is in ten groups, of 1,000 to 100,000 members. What is read one by
//! one, looked up and listed, in both databases, beside SQL written by hand through the same
//! driver. Statistics were taken.
//!
//! `SCIMWIRE_BENCH_LISTED` has the numbers of users, with commas in between, for others than 25,000
//! and 250,000.

use std::env;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use scimwire::auth::RequestContext;
use scimwire::filter::{EvalBudget, FilterBinder};
use scimwire::query::{Page, Projection, Query};
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::sql::Dialect;
use scimwire::store::{ResourceStore, StorePage, execute};
use scimwire_sqlx::{PostgresDirectory, SqliteDirectory};
use serde_json::{Value, json};
use sqlx::{Executor, PgPool, Row, SqlitePool};

use crate::databases::{Cluster, bin_folder};
use crate::sized::{LargeTenant, TEMPLATE, numbered};
use crate::{inputs, made, median};

const TENANT: &str = "acme";
const PAGE: usize = 100;
const SIZES: &[usize] =
    &[1_000, 1_000, 2_000, 5_000, 10_000, 10_000, 20_000, 50_000, 100_000, 100_000];

type Work<'w> = dyn Fn(usize) -> Pin<Box<dyn Future<Output = usize> + 'w>> + 'w;

/// The same database, without a store.
enum ByHand {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

struct Listed {
    users: Arc<dyn ResourceStore>,
    groups: Arc<dyn ResourceStore>,
    user_type: Arc<ResourceType>,
    by_hand: ByHand,
    cx: RequestContext,
    size: usize,
}

pub(crate) async fn measure() {
    let sizes = env::var("SCIMWIRE_BENCH_LISTED").unwrap_or_else(|_| "25000,250000".to_owned());
    for size in sizes.split(',').map(|size| size.trim().parse().expect("a number")) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("scim.db");
        let open = async || SqliteDirectory::open(&path).await.expect("a file");
        let by_hand = async || {
            SqlitePool::connect(&format!("sqlite:{}", path.display()))
                .await
                .expect("the file is there")
        };
        let directory = open().await;
        let user_type = Arc::new(ResourceType::user().with_extension(ENTERPRISE_USER));
        let mut listed = Listed {
            users: Arc::new(directory.store(Arc::clone(&user_type))),
            groups: Arc::new(directory.store(ResourceType::group())),
            user_type: Arc::clone(&user_type),
            by_hand: ByHand::Sqlite(by_hand().await),
            cx: RequestContext::new(TENANT),
            size,
        };
        listed.fill().await;
        // SQLite reads statistics when it connects.
        let directory = open().await;
        listed.users = Arc::new(directory.store(Arc::clone(&user_type)));
        listed.groups = Arc::new(directory.store(ResourceType::group()));
        listed.by_hand = ByHand::Sqlite(by_hand().await);
        listed.run().await;
        let Some(bin) = bin_folder() else {
            println!("PostgreSQL is not installed: it is not measured");
            continue;
        };
        let cluster = Cluster::start(
            &bin,
            &["shared_buffers=1GB", "max_wal_size=8GB", "synchronous_commit=off"],
        );
        let url = cluster.new_database().await;
        let directory = PostgresDirectory::connect(&url).await.expect("a new database");
        listed.users = Arc::new(directory.store(Arc::clone(&user_type)));
        listed.groups = Arc::new(directory.store(ResourceType::group()));
        listed.by_hand = ByHand::Postgres(PgPool::connect(&url).await.expect("the database"));
        listed.fill().await;
        listed.run().await;
    }
}

impl Listed {
    fn dialect(&self) -> Dialect {
        match self.by_hand {
            ByHand::Sqlite(_) => Dialect::Sqlite,
            ByHand::Postgres(_) => Dialect::Postgres,
        }
    }

    async fn fill(&self) {
        let Value::Object(mut body) = inputs::user() else { panic!("a user is an object") };
        body.insert("userName".to_owned(), format!("{TEMPLATE}@example.com").into());
        body.insert("externalId".to_owned(), TEMPLATE.into());
        body.insert(
            "emails".to_owned(),
            json!([{ "type": "work", "value": format!("{TEMPLATE}@example.com"), "primary": true }]),
        );
        let user = self
            .users
            .create(made(&self.user_type, body), &self.cx)
            .await
            .expect("a user")
            .id()
            .to_owned();
        let group = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": TEMPLATE });
        let Value::Object(group) = group else { panic!("a group is an object") };
        let group = made(&ResourceType::group(), group);
        let group = self.groups.create(group, &self.cx).await.expect("a group").id().to_owned();
        let tenant = LargeTenant {
            dialect: self.dialect(),
            tenant: TENANT,
            users: self.size - 1,
            sizes: SIZES,
        };
        let analyze = if self.dialect() == Dialect::Sqlite { "ANALYZE" } else { "VACUUM ANALYZE" };
        for statement in
            tenant.statements(&user, &group).iter().map(String::as_str).chain([analyze])
        {
            let done = match &self.by_hand {
                ByHand::Sqlite(pool) => pool.execute(statement).await.map(drop),
                ByHand::Postgres(pool) => pool.execute(statement).await.map(drop),
            };
            done.unwrap_or_else(|err| panic!("{statement}: {err}"));
        }
    }

    async fn run(&self) {
        println!(
            "\n| {:?}, {} users | store | by hand | ratio |\n|---|---|---|---|",
            self.dialect(),
            self.size
        );
        self.one().await;
        self.pages().await;
        self.whole().await;
    }

    /// A document, and the groups that list the user, by hand.
    fn shown(&self) -> &'static str {
        match self.by_hand {
            ByHand::Sqlite(_) => {
                "r.document, (SELECT json_group_array(json_object('value', m.group_id, 'display', n.document ->> 'displayName')) \
                 FROM scim_member m CROSS JOIN scim_resource n ON n.tenant = m.tenant AND n.resource_type = m.group_type \
                 AND n.id = m.group_id WHERE m.tenant = r.tenant AND m.member_id = r.id)"
            }
            ByHand::Postgres(_) => {
                "r.document::text, (SELECT json_agg(json_build_object('value', m.group_id, 'display', n.name))::text \
                 FROM scim_member m CROSS JOIN LATERAL (SELECT g.document ->> 'displayName' AS name FROM scim_resource g \
                 WHERE g.tenant = m.tenant AND g.resource_type = m.group_type AND g.id = m.group_id OFFSET 0) n \
                 WHERE m.tenant = r.tenant AND m.member_id = r.id)"
            }
        }
    }

    async fn rows(&self, sql: &str, parameters: &[&str]) -> usize {
        let parsed = |text: Option<String>| {
            text.map(|text| serde_json::from_str::<Value>(&text).expect("JSON"))
        };
        let both: Vec<_> = match &self.by_hand {
            ByHand::Sqlite(pool) => {
                let query = parameters
                    .iter()
                    .fold(sqlx::query(sql), |query, parameter| query.bind(*parameter));
                let rows = query.fetch_all(pool).await.unwrap_or_else(|err| panic!("{sql}: {err}"));
                rows.iter().map(|row| (parsed(row.get(0)), parsed(row.get(1)))).collect()
            }
            ByHand::Postgres(pool) => {
                let query = parameters
                    .iter()
                    .fold(sqlx::query(sql), |query, parameter| query.bind(*parameter));
                let rows = query.fetch_all(pool).await.unwrap_or_else(|err| panic!("{sql}: {err}"));
                rows.iter().map(|row| (parsed(row.get(0)), parsed(row.get(1)))).collect()
            }
        };
        both.len()
    }

    async fn select(&self, filter: Option<&str>, page: Page) -> StorePage {
        let bind = |text: &str| {
            FilterBinder::new(&self.user_type)
                .bind(&text.parse().expect("a filter"))
                .expect("it fits")
        };
        let query = Query::new(page).with_filter(filter.map(bind));
        execute::select(self.users.as_ref(), &query, &EvalBudget::new(u64::MAX), &self.cx)
            .await
            .expect("an answer")
    }

    fn number(&self, round: usize) -> usize {
        1 + round * 7_919 % (self.size - 1)
    }

    async fn one(&self) {
        let shown = self.shown();
        let by_id = format!(
            "SELECT {shown} FROM scim_resource r WHERE r.tenant = $1 AND r.resource_type = 'User' AND r.id = $2"
        );
        let theirs = |round| -> Pin<Box<dyn Future<Output = usize> + '_>> {
            let by_id = by_id.as_str();
            Box::pin(async move {
                self.rows(by_id, &[TENANT, &numbered("User", self.number(round))]).await
            })
        };
        let ours = |round| -> Pin<Box<dyn Future<Output = usize> + '_>> {
            Box::pin(async move {
                let id = numbered("User", self.number(round));
                self.users
                    .get(&id, &Projection::default(), &self.cx)
                    .await
                    .map(|_| 1)
                    .expect("a user")
            })
        };
        compare("GET by id", 200, &ours, &theirs).await;
        let by_key = format!(
            "SELECT {shown} FROM scim_key k CROSS JOIN scim_resource r WHERE r.tenant = k.tenant \
             AND r.resource_type = k.resource_type AND r.id = k.resource_id \
             AND k.tenant = $1 AND k.resource_type = 'User' AND k.attribute = $2 AND k.value = $3"
        );
        for (filter, attribute, domain) in [
            ("userName eq", "userName", "@example.com"),
            ("externalId eq", "externalId", ""),
            ("emails.value eq", "emails.value", "@example.com"),
            (r#"emails[type eq "work"].value eq"#, "emails.value", "@example.com"),
        ] {
            let value = |round| format!("template{:07}{domain}", self.number(round));
            let theirs = |round| -> Pin<Box<dyn Future<Output = usize> + '_>> {
                let (by_key, value) = (by_key.as_str(), value(round));
                Box::pin(async move { self.rows(by_key, &[TENANT, attribute, &value]).await })
            };
            let ours = |round| -> Pin<Box<dyn Future<Output = usize> + '_>> {
                let filter = format!("{filter} \"{}\"", value(round));
                let page = Page::Index { start: 1, count: PAGE };
                Box::pin(async move { self.select(Some(&filter), page).await.resources.len() })
            };
            compare(filter, 200, &ours, &theirs).await;
        }
    }

    async fn pages(&self) {
        let starts = [
            ("page 1", 1),
            ("page in the middle", self.size / 2 + 1),
            ("last page", self.size - PAGE + 1),
        ];
        for (label, start) in starts {
            let page = format!(
                "SELECT {} FROM (SELECT p.id FROM scim_resource p WHERE p.tenant = $1 AND p.resource_type = 'User' \
                 ORDER BY p.id LIMIT {PAGE} OFFSET {}) p CROSS JOIN scim_resource r WHERE r.tenant = $1 AND r.resource_type = 'User' \
                 AND r.id = p.id ORDER BY r.id",
                self.shown(),
                start - 1
            );
            let theirs = |_| -> Pin<Box<dyn Future<Output = usize> + '_>> {
                let page = page.as_str();
                Box::pin(async move { self.rows(page, &[TENANT]).await })
            };
            let ours = |_| -> Pin<Box<dyn Future<Output = usize> + '_>> {
                Box::pin(async move {
                    let page = self.select(None, Page::Index { start, count: PAGE }).await;
                    assert_eq!(page.total, Some(self.size), "nobody is left out");
                    page.resources.len()
                })
            };
            compare(label, 20, &ours, &theirs).await;
        }
    }

    /// All users by index are all users by cursor, row by row.
    async fn whole(&self) {
        let (started, mut seen, mut after) = (Instant::now(), 0, None);
        let (mut by_index, mut by_cursor) = (0.0, 0.0);
        loop {
            let start = Instant::now();
            let one = self.select(None, Page::Index { start: seen + 1, count: PAGE }).await;
            by_index += start.elapsed().as_secs_f64();
            let start = Instant::now();
            let other = self.select(None, Page::Cursor { after, count: PAGE }).await;
            by_cursor += start.elapsed().as_secs_f64();
            assert!(one.resources == other.resources, "the pages at {} are the same", seen + 1);
            assert_eq!(
                (one.total, one.has_more),
                (Some(self.size), other.has_more),
                "at {}",
                seen + 1
            );
            seen += one.resources.len();
            after = one.resources.last().map(|last| execute::position(last, None));
            if !one.has_more {
                break;
            }
        }
        assert_eq!(seen, self.size, "nobody is left out");
        println!(
            "\nall {seen} users by index in {by_index:.1} s and by cursor in {by_cursor:.1} s, row by row the same ({:.1} s)",
            started.elapsed().as_secs_f64()
        );
    }
}

/// Measures two ways alternately, and prints their medians.
async fn compare(label: &str, times: usize, ours: &Work<'_>, theirs: &Work<'_>) {
    let (mut our_times, mut their_times) = (Vec::with_capacity(times), Vec::with_capacity(times));
    for round in 0..times {
        let start = Instant::now();
        let our_count = ours(round).await;
        our_times.push(start.elapsed());
        let start = Instant::now();
        let their_count = theirs(round).await;
        their_times.push(start.elapsed());
        assert_eq!(our_count, their_count, "{label}: both find the same");
    }
    let (ours, theirs) = (median(our_times), median(their_times));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!(
        "| {label} | {:.2} ms | {:.2} ms | {ratio:.2} |",
        ours.as_secs_f64() * 1e3,
        theirs.as_secs_f64() * 1e3
    );
}
