//! Rows that break the schema: the listing goes on without them.

use serde_json::{Value, json};

use super::cases::dialects;
use super::changes::{Product, case, user};

#[tokio::test]
async fn a_page_with_a_row_left_out_is_not_the_last() {
    for dialect in dialects() {
        let product = Product::of(&case("a product"), dialect).await;
        for name in ["a", "b", "c", "d", "e", "f"] {
            product.create("1", "/Users", user(name)).await;
        }
        let names = |list: &Value| -> Vec<Value> {
            list["Resources"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|it| it["userName"].clone())
                .collect()
        };
        for (broken, expected) in [("('a')", "bcdef"), ("('a', 'b', 'c')", "def")] {
            let spoil = format!("UPDATE accounts SET created_at = 'soon' WHERE login IN {broken}");
            product.opened.run(&spoil).await;
            for start in ["startIndex=1", "cursor="] {
                let (mut found, mut query) = (Vec::new(), start.to_owned());
                for page in 0.. {
                    assert!(page < 8, "{dialect:?} {broken}: the listing does not end");
                    let (status, list) = product.get("1", &format!("/Users?count=2&{query}")).await;
                    assert_eq!(status, 200, "{list}");
                    found.extend(names(&list));
                    query = match (list["nextCursor"].as_str(), list["totalResults"].as_u64()) {
                        (Some(cursor), _) => format!("cursor={cursor}"),
                        (None, Some(total)) if start != "cursor=" && (page + 1) * 2 < total => {
                            format!("startIndex={}", (page + 1) * 2 + 1)
                        }
                        _ => break,
                    };
                }
                let expected: Vec<Value> =
                    expected.chars().map(|it| json!(it.to_string())).collect();
                assert_eq!(found, expected, "{dialect:?} {broken} {start}");
            }
        }
    }
}
