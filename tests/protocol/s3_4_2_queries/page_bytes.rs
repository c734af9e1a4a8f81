//! Pages that end where their text would be too long (RFC 7644, Sections 3.4.2.4 and 7.7): whoever
//! goes on finds all.

use scimwire::Quirks;
use scimwire::quirks::Deviation;
use scimwire::store::Pushdown;
use serde_json::{Value, json};

use support::databases::counts_by_cursor;
use support::reads::provider::{Answer, Provider, Setup, id};
use support::reads::samples::{device, user};

/// The titles of users, by their length: one is longer than any page, by itself, in the midst of
/// others and at the end.
const LENGTHS: &[usize] = &[10, 400, 10, 10, 10, 5_000, 10, 900, 900, 10, 10, 10, 5_000];

const MOST: usize = 1_500;

async fn of_long_titles(quirks: Quirks, pushdown: Pushdown) -> Provider {
    let mut setup = Setup { quirks, pushdown, ..Setup::default() };
    setup.limits.max_page_bytes = MOST;
    let provider = Provider::new(setup);
    for (number, length) in LENGTHS.iter().enumerate() {
        let mut made = user(&format!("user{number:02}"));
        made["title"] = json!("x".repeat(*length));
        provider.create("/Users", made).await;
        provider
            .create(
                "/Devices",
                device(&format!("{number:02}"), json!({ "label": "x".repeat(300) })),
            )
            .await;
    }
    provider
}

/// What takes the place of the parameters of a URL where the request is a POST to `.search`.
fn parameters(query: &str) -> Value {
    let typed = |name: &str, value: &str| match value.parse::<u64>() {
        Ok(number) => json!(number),
        Err(_) if name == "attributes" => json!([value]),
        Err(_) => json!(value),
    };
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), typed(name, value))).collect()
}

/// One page: by GET or by POST.
async fn page(provider: &Provider, is_post: bool, path: &str, query: &str) -> Answer {
    if is_post {
        provider.search(path, parameters(query)).await
    } else {
        provider.get(&format!("{path}?{query}")).await
    }
}

/// The length of resources, as they stand on a page.
fn length(resources: &[Value]) -> usize {
    let lengths = resources.iter().map(|resource| resource.to_string().len() + 1);
    lengths.sum::<usize>().saturating_sub(1)
}

/// All pages of a query.
pub(super) async fn walk(
    provider: &Provider,
    is_post: bool,
    path: &str,
    query: &str,
    by_cursor: bool,
) -> Vec<Answer> {
    let (mut pages, mut start, mut cursor) = (Vec::new(), 1, String::new());
    loop {
        let next = if by_cursor {
            format!("{query}&cursor={cursor}")
        } else {
            format!("{query}&startIndex={start}")
        };
        let page = page(provider, is_post, path, &next).await;
        let shown = page.resources().len();
        let said = (&page.body["itemsPerPage"], page.body.get("startIndex").is_some());
        assert_eq!(said, (&json!(shown), !by_cursor), "{path}?{next}");
        start += shown;
        page.next_cursor().unwrap_or_default().clone_into(&mut cursor);
        let is_last =
            if by_cursor { cursor.is_empty() } else { page.body["totalResults"] == start - 1 };
        assert!(shown > 0, "{path}?{next}: it goes on");
        pages.push(page);
        if is_last {
            return pages;
        }
    }
}

#[tokio::test]
async fn whoever_goes_on_finds_all() {
    const QUERIES: &[(&str, &str, usize)] = &[
        ("/Users", "count=100", 13),
        ("/Users", "count=2", 13),
        ("/Users", "count=100&sortBy=userName&sortOrder=descending", 13),
        ("/Users", "count=100&sortBy=active", 13),
        ("/Users", "count=100&sortBy=title", 13),
        ("/Users", "count=100&filter=userName sw \"user0\"", 10),
        ("/Users", "count=100&attributes=userName", 13),
        ("/", "count=100", 26),
        ("/", "count=3&sortBy=userName", 26),
    ];
    for (quirks, pushdown) in [
        (Quirks::STRICT, Pushdown::Full),
        (Quirks::LENIENT, Pushdown::Full),
        (Quirks::STRICT, Pushdown::Filter),
        (Quirks::STRICT, Pushdown::None),
    ] {
        let provider = of_long_titles(quirks, pushdown).await;
        for (path, query, total) in QUERIES {
            for (is_post, by_cursor) in [(false, false), (false, true), (true, false), (true, true)]
            {
                let pages = walk(&provider, is_post, path, query, by_cursor).await;
                check(&pages, *total, query, by_cursor);
            }
        }
    }
}

/// Pages are as full as the limit lets them be, no fuller, and have each resource once.
fn check(pages: &[Answer], total: usize, query: &str, by_cursor: bool) {
    let count = parameters(query)["count"].as_u64().expect("a count");
    for (index, page) in pages.iter().enumerate() {
        let mut shown = page.resources().to_vec();
        assert!(
            shown.len() == 1 || length(&shown) <= MOST,
            "{query}: {} on page {index}",
            length(&shown)
        );
        if let Some(next) = pages.get(index + 1) {
            let is_full = json!(shown.len()) == count;
            let early: Vec<_> = page
                .report
                .deviations
                .iter()
                .filter(|noticed| noticed.rule() == "page_bytes")
                .collect();
            let told = Deviation::PageBytes { shown: shown.len() };
            assert_eq!(
                early,
                if is_full { Vec::new() } else { vec![&told] },
                "{query}: page {index}"
            );
            shown.push(next.resources()[0].clone());
            assert!(is_full || length(&shown) > MOST, "{query}: page {index} has room");
        }
        if !by_cursor || counts_by_cursor() {
            assert_eq!(page.body["totalResults"], total, "{query}");
        }
    }
    let mut ids: Vec<&str> = pages.iter().flat_map(Answer::resources).map(id).collect();
    let shown = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), shown), (total, total), "{query}");
}

#[tokio::test]
async fn the_limit_is_what_the_resources_take() {
    let all = Provider::of_people().await.get("/Users").await;
    let exact = length(&all.resources()[..2]);
    for (limit, expected) in [(exact + 1, 2), (exact, 2), (exact - 1, 1), (0, 1), (usize::MAX, 4)] {
        let mut setup = Setup::default();
        setup.limits.max_page_bytes = limit;
        let provider =
            Provider::new(setup).with_all("/Users", support::reads::samples::people()).await;
        for query in ["", "cursor"] {
            let page = provider.get(&format!("/Users?{query}")).await;
            assert_eq!(page.resources().len(), expected, "{limit}, {query}");
        }
        let none = provider.get("/Users?count=0").await;
        assert_eq!((none.resources().len(), &none.body["totalResults"]), (0, &json!(4)), "{limit}");
    }
}
