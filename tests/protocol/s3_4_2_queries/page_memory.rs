//! Pages that end where their resources would take too much memory (RFC 7644, Sections 3.4.2.4 and
//! 7.7): whoever goes on finds all, in the same order.

use scimwire::quirks::Deviation;
use scimwire::store::Pushdown;
use serde_json::json;

use support::databases::{Kind, kind_asked_for};
use support::reads::provider::{Answer, Provider, Setup, id};
use support::reads::samples::{device, group, user};

use super::page_bytes::walk;

/// How many members groups have: one takes more than any page may, by itself, in the midst of
/// others and at the end.
const MEMBERS: &[usize] = &[0, 2, 12, 1, 30, 3, 12, 12, 2, 1, 30];

/// What the resources of a page may take: that of some 12 members, and of 30.
const MOST: &[usize] = &[3_600, 8_600];

async fn of_groups(most: usize, pushdown: Pushdown) -> Provider {
    let mut setup = Setup { pushdown, ..Setup::default() };
    setup.limits.max_page_memory = most;
    let provider = Provider::new(setup);
    let mut users = Vec::new();
    for number in 0..30 {
        let made = provider.create("/Users", user(&format!("user{number:02}"))).await;
        users.push(id(&made).to_owned());
    }
    for (number, members) in MEMBERS.iter().enumerate() {
        let members: Vec<&str> = users.iter().take(*members).map(String::as_str).collect();
        provider.create("/Groups", group(&format!("group{:02}", number * 7 % 11), &members)).await;
        provider.create("/Devices", device(&format!("{number:02}"), json!({}))).await;
    }
    provider
}

#[tokio::test]
async fn whoever_goes_on_finds_all_in_order() {
    // And whether databases put such a page together themselves; otherwise nothing ends early.
    const QUERIES: &[(&str, &str, bool)] = &[
        ("/Groups", "filter=displayName sw \"group\"", true),
        ("/Groups", "sortBy=displayName&sortOrder=descending", true),
        ("/Groups", "sortBy=members.value", false),
        ("/Groups", "attributes=members", true),
        ("/Users", "sortBy=groups.value&sortOrder=descending", false),
        ("/Users", "filter=groups pr", false),
        ("/Users", "attributes=userName,groups", true),
        ("/", "sortBy=id", true),
        ("/", "sortBy=displayName", true),
        ("/", "filter=meta.resourceType ne \"User\"", true),
    ];
    let in_memory = kind_asked_for() == Kind::Memory;
    let shapes = [Pushdown::Full, Pushdown::Filter];
    let smaller = shapes.map(|pushdown| (MOST[0], pushdown));
    for (most, pushdown) in [(MOST[1], Pushdown::Full)].into_iter().chain(smaller) {
        let provider = of_groups(most, pushdown).await;
        for (path, query, is_paged) in QUERIES {
            // Such pages are never too long.
            let all = ids(&walk(&provider, false, path, &format!("count=1&{query}"), false).await);
            for by_cursor in [false, true] {
                for count in [7, 100] {
                    let query = format!("count={count}&{query}");
                    let pages = walk(&provider, false, path, &query, by_cursor).await;
                    assert_eq!(ids(&pages), all, "{most}, {path}?{query}, {by_cursor}");
                    if pushdown == Pushdown::Full && (*is_paged || in_memory) {
                        check(&pages, count, &format!("{most}, {path}?{query}, {by_cursor}"));
                    }
                }
            }
        }
    }
}

fn ids(pages: &[Answer]) -> Vec<String> {
    pages.iter().flat_map(Answer::resources).map(|one| id(one).to_owned()).collect()
}

/// Those that end before they are full say so, and there are some.
fn check(pages: &[Answer], count: usize, query: &str) {
    let Some((_, others)) = pages.split_last() else { panic!("{query}: no page") };
    let mut early = 0;
    for page in others {
        let shown = page.resources().len();
        let told = page.report.deviations.contains(&Deviation::PageBytes { shown });
        assert_eq!(told, shown < count, "{query}: {shown}");
        early += usize::from(told);
    }
    assert!(count < 100 || early > 0, "{query}: {} pages, none ends early", pages.len());
}

#[tokio::test]
async fn the_limit_is_what_the_resources_take() {
    let provider = of_groups(usize::MAX, Pushdown::Full).await;
    let shown = |most: usize, members: &[usize]| {
        let mut left = most;
        let fits = members.iter().take_while(|members| {
            let rest = left.checked_sub(750 + **members * 300);
            left = rest.unwrap_or_default();
            rest.is_some()
        });
        fits.count().max(1)
    };
    assert_eq!(provider.get("/Groups").await.resources().len(), MEMBERS.len());
    for most in MOST {
        let page = of_groups(*most, Pushdown::Full).await.get("/Groups").await;
        let (least, found) = (shown(*most, MEMBERS), page.resources().len());
        assert!(found >= least && found <= 4, "{most}: {found}, at least {least}");
    }
}
