//! What a filter can say (RFC 7644, Section 3.4.2.2, Figure 1 and Tables 3 to 5).

use support::reads::provider::Provider;
use support::reads::samples::{ENTERPRISE, USER};

#[tokio::test]
async fn filtering_is_advertised_and_done() {
    let provider = Provider::of_people().await;
    // P-3.4.2.2-01
    let config = provider.get("/ServiceProviderConfig").await.ok();
    assert_eq!(config["filter"]["supported"], true);
    assert_eq!(config["filter"]["maxResults"], 200);
    // P-3.4.2.2-02
    let list = provider.filter("/Users", "userType eq \"Employee\"").await;
    assert_eq!(list.names(), ["bjensen", "omalley"]);
    assert_eq!(list.body["totalResults"], 2);
    let page = provider.get("/Users?filter=userType eq \"Employee\"&count=1").await;
    assert_eq!((page.names(), &page.body["totalResults"]), (vec!["bjensen"], &2.into()));
}

#[tokio::test]
async fn words_are_read_in_any_case() {
    // P-3.4.2.2-03
    let table: &[(&str, &[&str])] = &[
        ("USERNAME EQ \"bjensen\"", &["bjensen"]),
        ("username Eq \"bjensen\" OR UserName eQ \"jsmith\"", &["bjensen", "jsmith"]),
        ("NAME.FAMILYNAME PR AND NOT (usertype eq \"Intern\")", &["bjensen", "omalley"]),
        ("Emails[TYPE Eq \"work\" And VALUE Sw \"bj\"]", &["bjensen"]),
    ];
    Provider::of_people().await.finds("/Users", table).await;
}

#[tokio::test]
async fn an_empty_filter_is_refused() {
    // P-3.4.2.2-04
    let provider = Provider::of_people().await;
    provider.refuses("/Users", &["", " ", "   "]).await;
    provider.get("/Users?filter").await.refused("invalidFilter");
    provider.get("/?filter=").await.refused("invalidFilter");
}

#[tokio::test]
async fn what_the_grammar_has_not_is_refused() {
    // P-3.4.2.2-05
    let outside = [
        "userName",
        "userName eq",
        "eq \"x\"",
        "userName = \"x\"",
        "userName eq \"x",
        "userName eq x\"",
        "userName eq \"x\" \"y\"",
        "userName eq \"x\" and",
        "and userName pr",
        "userName pr or or title pr",
        "userName pr, title pr",
        "userName pr && title pr",
        "(userName pr",
        "userName pr)",
        "()",
        "emails[]",
        "emails[type eq \"work\"",
        "emails type eq \"work\"]",
        "user name pr",
        "1userName pr",
        "name..familyName pr",
        "name.familyName.x pr",
        ".userName pr",
        "userName eq \"\\x\"",
        "userName eq \"\\ud800\"",
        "active eq 01",
        "active eq tru",
        "userName pr title pr",
        "userName pr userName",
        "userName eq {\"a\": 1}",
        "userName eq [\"a\"]",
        "!(userName pr)",
    ];
    Provider::of_people().await.refuses("/Users", &outside).await;
}

#[tokio::test]
async fn the_refusal_names_place_and_word() {
    let provider = Provider::of_people().await;
    // P-3.4.2.2-05, P-3.4.2.2-22
    for (filter, place, word) in [
        ("userName zz \"x\"", "10", "`zz`"),
        ("userName eq bjensen", "13", "`bjensen`"),
        ("userName pr xor title pr", "13", "`xor`"),
        ("title pr and (userName eq \"x\"", "30", "`)`"),
        ("emails[type like \"work\"]", "13", "`like`"),
    ] {
        let detail = provider.filter("/Users", filter).await.refused("invalidFilter");
        assert!(detail.contains(place) && detail.contains(word), "{filter}: {detail}");
    }
    let detail = provider.filter("/Users", "nobodyKnows eq \"x\"").await.refused("invalidFilter");
    assert!(detail.contains("`nobodyKnows`"), "{detail}");
}

#[tokio::test]
async fn an_unknown_operator_is_refused() {
    // P-3.4.2.2-22
    let operators = ["==", "like", "eqq", "e", "starts", "in", "regex", "~", "contains", "pre"];
    let filters: Vec<String> =
        operators.iter().map(|operator| format!("userName {operator} \"x\"")).collect();
    let filters: Vec<&str> = filters.iter().map(String::as_str).collect();
    Provider::of_people().await.refuses("/Users", &filters).await;
}

#[tokio::test]
async fn and_binds_tighter_than_or_and_not_tighter_than_both() {
    // P-3.4.2.2-13, P-3.4.2.2-15
    let table: &[(&str, &[&str])] = &[
        ("userName eq \"root\" or userType eq \"Employee\" and title pr", &["bjensen", "Root"]),
        ("title pr and userType eq \"Employee\" or userName eq \"root\"", &["bjensen", "Root"]),
        ("(userName eq \"root\" or userType eq \"Employee\") and title pr", &["bjensen"]),
        ("userName eq \"root\" and title pr or userType eq \"Intern\" and emails pr", &["jsmith"]),
        ("not (title pr) and userType pr", &["jsmith", "omalley"]),
        ("not (title pr and userType pr)", &["jsmith", "omalley", "Root"]),
        ("not (title pr) or title pr", &["bjensen", "jsmith", "omalley", "Root"]),
        ("not(userType pr)", &["Root"]),
        ("not (not (title pr))", &["bjensen"]),
        ("((title pr))", &["bjensen"]),
    ];
    Provider::of_people().await.finds("/Users", table).await;
}

#[tokio::test]
async fn a_row_of_equals_is_read_from_the_left() {
    // P-3.4.2.2-14
    let table: &[(&str, &[&str])] = &[
        ("title pr or userType pr or userName pr", &["bjensen", "jsmith", "omalley", "Root"]),
        (
            "title pr or userType eq \"Intern\" or userName eq \"root\"",
            &["bjensen", "jsmith", "Root"],
        ),
        ("userName pr and userType pr and title pr", &["bjensen"]),
        ("userType pr and name.givenName pr and not (title pr)", &["jsmith"]),
    ];
    Provider::of_people().await.finds("/Users", table).await;
}

#[tokio::test]
async fn names_may_be_qualified_by_their_schema() {
    // P-3.4.2.2-25, P-3.10-01
    let provider = Provider::of_people().await;
    let found = |names| names;
    for (filter, names) in [
        (format!("{USER}:userName eq \"bjensen\""), found(vec!["bjensen"])),
        (format!("{USER}:name.familyName eq \"smith\""), vec!["jsmith"]),
        (format!("{}:USERNAME sw \"ROOT\"", USER.to_uppercase()), vec!["Root"]),
        (format!("{USER}:emails[type eq \"work\"]"), vec!["bjensen", "jsmith"]),
        (format!("{USER}:meta.resourceType eq \"User\" and {USER}:title pr"), vec!["bjensen"]),
        (format!("{ENTERPRISE}:employeeNumber eq \"701984\""), vec!["bjensen"]),
        (format!("{}:Department co \"tour\"", ENTERPRISE.to_uppercase()), vec!["bjensen"]),
        (format!("{ENTERPRISE}:manager.value eq \"26118915\""), vec!["bjensen"]),
        (format!("not ({ENTERPRISE}:department pr)"), vec!["jsmith", "omalley", "Root"]),
    ] {
        assert_eq!(provider.filter("/Users", &filter).await.names(), names, "{filter}");
    }
    let unknown = format!("{ENTERPRISE}:userName pr");
    provider.refuses("/Users", &[&unknown, "urn:example:none:userName pr", "urn:x pr"]).await;
}

#[tokio::test]
async fn sub_attributes_stand_after_a_dot() {
    // P-3.4.2.2-17
    let table: &[(&str, &[&str])] = &[
        ("name.givenName eq \"Barbara\"", &["bjensen"]),
        ("name.familyName co \"O'Malley\"", &["omalley"]),
        ("emails.type eq \"home\"", &["bjensen", "jsmith"]),
        ("meta.resourceType eq \"User\" and name.formatted pr", &["bjensen"]),
    ];
    let provider = Provider::of_people().await;
    provider.finds("/Users", table).await;
    provider
        .refuses("/Users", &["userName.value eq \"x\"", "name.value pr", "emails.street eq \"x\""])
        .await;
}

#[tokio::test]
async fn schemas_can_be_filtered() {
    // P-3.4.2.2-24
    let provider = Provider::of_people().await;
    let (all, others) = (["bjensen", "jsmith", "omalley", "Root"], ["jsmith", "omalley", "Root"]);
    for (filter, names) in [
        (format!("schemas eq \"{ENTERPRISE}\""), &["bjensen"][..]),
        (format!("schemas eq \"{}\"", ENTERPRISE.to_uppercase()), &["bjensen"]),
        (format!("schemas eq \"{USER}\""), &all),
        ("schemas eq \"urn:example:none\"".to_owned(), &[]),
        (format!("schemas ne \"{ENTERPRISE}\""), &others),
        (format!("not (schemas ne \"{ENTERPRISE}\")"), &["bjensen"]),
        ("schemas co \":enterprise:\"".to_owned(), &["bjensen"]),
        ("schemas sw \"urn:ietf\"".to_owned(), &all),
        (format!("schemas[value eq \"{ENTERPRISE}\"]"), &["bjensen"]),
        (format!("schemas[not (value eq \"{USER}\")]"), &["bjensen"]),
        ("schemas pr".to_owned(), &all),
        ("schemas ne null".to_owned(), &all),
        ("not (schemas pr) or schemas eq null".to_owned(), &[]),
    ] {
        provider.finds("/Users", &[(&filter, names)]).await;
    }
}
