//! Resource types of the host's own, read from a document: all that users and groups have, with no
//! code for them (RFC 7643, Sections 2, 3.2, 6 and 7).

use scimwire::schema::{Schema, SchemaDocument};
use scimwire::{Quirks, ResourceType};
use serde_json::{Value, json};

use support::reads::provider::{Provider, Setup, id};

const GADGET: &str = "urn:example:schemas:Gadget";
const WARRANTY: &str = "urn:example:schemas:Warranty";
const BOX: &str = "urn:example:schemas:Box";
const CUSTOMS: &str = "urn:example:schemas:Customs";

/// Users, and the types of the document.
pub(crate) fn types() -> Vec<ResourceType> {
    let document =
        SchemaDocument::from_slice(include_bytes!("documents/gadgets.json")).expect("it is sound");
    document.merge_into([ResourceType::user()]).expect("it goes with users")
}

pub(crate) fn provider() -> Provider {
    Provider::serving(types(), Setup::default())
}

fn gadget(serial: &str, mut attributes: Value) -> Value {
    let has_warranty = attributes.get(WARRANTY).is_some();
    attributes["schemas"] = if has_warranty { json!([GADGET, WARRANTY]) } else { json!([GADGET]) };
    attributes["serial"] = json!(serial);
    attributes
}

fn crate_of(label: &str, contents: &[&str]) -> Value {
    let contents: Vec<Value> = contents.iter().map(|id| json!({ "value": id })).collect();
    json!({ "schemas": [BOX, CUSTOMS], "label": label, "contents": contents, CUSTOMS: { "tariff": "8471" } })
}

fn path(resource: &Value) -> String {
    let location = resource["meta"]["location"].as_str().expect("a location");
    location.strip_prefix("https://example.com/scim/v2").expect("a location of ours").to_owned()
}

/// Of each attribute: what it takes, and what it does not.
fn values() -> Vec<(&'static str, Vec<Value>, Vec<Value>)> {
    let text = || vec![json!("a"), json!("ä\u{1F600}"), json!("")];
    let no_text = || vec![json!(1), json!(true), json!({ "a": 1 }), json!(["a"])];
    vec![
        ("text", text(), no_text()),
        ("exact", text(), no_text()),
        ("color", vec![json!("red"), json!("GREEN")], vec![json!("blue"), json!(""), json!(1)]),
        ("finish", vec![json!("matt"), json!("none of these")], no_text()),
        (
            "count",
            vec![json!(0), json!(-7), json!(9_007_199_254_740_993_u64)],
            vec![json!("1"), json!(1.5), json!(1.0), json!(1e3), json!(true)],
        ),
        ("weight", vec![json!(0.1), json!(-7), json!(1e3)], vec![json!("0.1"), json!(false)]),
        (
            "bought",
            vec![
                json!("2011-05-13T04:42:34Z"),
                json!("2011-05-13T04:42:34.123456789+02:00"),
                json!("2011-05-13T04:42:34"),
            ],
            vec![
                json!("2011-05-13"),
                json!("04:42:34Z"),
                json!("yesterday"),
                json!(1_305_261_754),
                json!(""),
            ],
        ),
        (
            "key",
            vec![json!("AQID"), json!("AQI="), json!("AQI"), json!("")],
            vec![json!("A!"), json!("A-_B"), json!(1)],
        ),
        (
            "manual",
            vec![json!("https://example.com/a?b#c"), json!("../Gadgets/1"), json!("urn:a:b")],
            vec![json!("my page"), json!("<a>"), json!(1), json!(["https://example.com"])],
        ),
        ("enabled", vec![json!(true), json!(false)], vec![json!("true"), json!(0), json!("")]),
        (
            "texts",
            vec![json!(["a", "b"]), json!([])],
            vec![json!("a"), json!([1]), json!([["a"]]), json!([{ "value": "a" }])],
        ),
        ("counts", vec![json!([1, 2])], vec![json!([1, "2"]), json!(1), json!([1.5])]),
        ("weights", vec![json!([0.5, 2])], vec![json!(["0.5"])]),
        ("moments", vec![json!(["2011-05-13T04:42:34Z"])], vec![json!(["2011-05-13"])]),
        ("keys", vec![json!(["AQID"])], vec![json!(["A!"])]),
        ("links", vec![json!(["https://example.com", "a"])], vec![json!(["a b"])]),
        ("flags", vec![json!([true, false])], vec![json!([true, "false"])]),
        (
            "place",
            vec![
                json!({ "room": "12" }),
                json!({ "floor": -1, "room": "12", "doors": ["N", "S"] }),
            ],
            vec![
                json!("12"),
                json!(["12"]),
                json!({ "room": 12 }),
                json!({ "floor": 1 }),
                json!({ "room": "12", "doors": "N" }),
                json!({ "room": "12", "doors": [{ "value": "N" }] }),
                json!({ "room": { "name": "12" } }),
            ],
        ),
        (
            "ports",
            vec![
                json!([{ "value": 22, "type": "SSH" }, { "value": 80, "type": "http", "primary": true }]),
            ],
            vec![
                json!({ "value": 22 }),
                json!([22]),
                json!([{ "value": "22" }]),
                json!([{ "type": "ssh" }]),
                json!([{ "value": 22, "type": "telnet" }]),
                json!([{ "value": 22, "primary": "true" }]),
                json!([{ "value": 22, "primary": true }, { "value": 23, "primary": true }]),
            ],
        ),
        ("box", vec![json!({ "value": "1" })], vec![json!({ "value": 1 }), json!("1")]),
    ]
}

#[tokio::test]
async fn every_type_is_checked_on_every_way_in() {
    // S-1.2-02, S-2.3.1-01, S-2.3.1-02, S-2.3.2-01, S-2.3.3-01, S-2.3.4-01, S-2.3.5-01, S-2.3.6-01,
    // S-2.3.7-01, S-2.4-01, S-2.4-03
    let provider = provider();
    let there = provider.create("/Gadgets", gadget("there", json!({}))).await;
    for (name, good, bad) in values() {
        for (number, value) in good.into_iter().enumerate() {
            provider
                .create("/Gadgets", gadget(&format!("{name}-{number}"), json!({ (name): value })))
                .await;
            provider.put(&path(&there), gadget("there", json!({ (name): value }))).await.ok();
            provider
                .patch(&path(&there), json!([{ "op": "replace", "path": name, "value": value }]))
                .await
                .ok();
            provider
                .patch(&path(&there), json!([{ "op": "add", "value": { (name): value } }]))
                .await
                .ok();
        }
        let before = provider.get(&path(&there)).await.ok();
        for value in bad {
            let label = format!("{name}: {value}");
            for answer in [
                provider.post("/Gadgets", gadget("bad", json!({ (name): value }))).await,
                provider.put(&path(&there), gadget("there", json!({ (name): value }))).await,
            ] {
                assert_eq!(
                    (answer.status, &answer.body["scimType"]),
                    (400, &json!("invalidValue")),
                    "{label}: {}",
                    answer.body
                );
                let detail = answer.body["detail"].as_str().unwrap_or_default();
                assert!(detail.contains(name), "{label}: {detail}");
            }
            // One value for many is an array of one in a PATCH (A-99 leaves that to the lenient
            // profile), and a part is merged.
            let whole = json!([{ "op": "replace", "path": name, "value": value }]);
            if name != "place" {
                provider.patch(&path(&there), whole).await.refused("invalidValue");
            }
        }
        assert_eq!(provider.get(&path(&there)).await.ok(), before, "{name}");
    }
    let empty = provider.filter("/Gadgets", "serial eq \"bad\"").await.ok();
    assert_eq!(empty["totalResults"], 0);
}

#[tokio::test]
async fn required_attributes_are_asked_for() {
    // S-6-07, S-6-08
    let provider = provider();
    provider.post("/Gadgets", json!({ "schemas": [GADGET] })).await.refused("invalidValue");
    provider.post("/Gadgets", gadget("", json!({}))).await.refused("invalidValue");
    let gadget_path = path(&provider.create("/Gadgets", gadget("a", json!({}))).await);
    provider
        .patch(&gadget_path, json!([{ "op": "remove", "path": "serial" }]))
        .await
        .refused("mutability");
    provider.put(&gadget_path, json!({ "schemas": [GADGET] })).await.refused("invalidValue");
    // Of an extension that may be absent, what is required is so once it is there.
    provider
        .post("/Gadgets", gadget("b", json!({ WARRANTY: { "dealer": "x" } })))
        .await
        .refused("invalidValue");
    let until = json!({ "until": "2030-01-01T00:00:00Z" });
    let with = provider.create("/Gadgets", gadget("b", json!({ WARRANTY: until }))).await;
    assert_eq!(with["schemas"], json!([GADGET, WARRANTY]));
    provider.patch(&path(&with), json!([{ "op": "remove", "path": WARRANTY }])).await.ok();
    let without = provider.get(&path(&with)).await.ok();
    assert_eq!((&without["schemas"], without.get(WARRANTY)), (&json!([GADGET]), None));
    // An extension that each resource has to have.
    for wrong in [
        json!({ "schemas": [BOX], "label": "a" }),
        json!({ "schemas": [BOX, CUSTOMS], "label": "a", CUSTOMS: {} }),
        json!({ "schemas": [BOX, CUSTOMS], "label": "a", CUSTOMS: { "tariff": "" } }),
    ] {
        provider.post("/Boxes", wrong).await.refused("invalidValue");
    }
    let made = provider.create("/Boxes", crate_of("a", &[])).await;
    for path_of in [CUSTOMS.to_owned(), format!("{CUSTOMS}:tariff")] {
        let answer =
            provider.patch(&path(&made), json!([{ "op": "remove", "path": path_of }])).await;
        assert_eq!(answer.status, 400, "{path_of}: {}", answer.body);
    }
    provider
        .put(&path(&made), json!({ "schemas": [BOX], "label": "a" }))
        .await
        .refused("invalidValue");
}

#[tokio::test]
async fn canonical_values_are_spelled_as_the_schema_has_them() {
    // S-2.3.1-02, S-2.4-05, S-7-08
    let provider = provider();
    let attributes = json!({ "color": "RED", "finish": "GLOSSY", "text": "MiXed", "ports": [{ "value": 1, "type": "Ssh" }] });
    let made = provider.create("/Gadgets", gadget("a", attributes)).await;
    assert_eq!(
        (&made["color"], &made["finish"], &made["text"]),
        (&json!("red"), &json!("Glossy"), &json!("MiXed"))
    );
    assert_eq!(made["ports"][0]["type"], "ssh");
    // Only where the host says so, nothing else is taken.
    let open = provider
        .patch(&path(&made), json!([{ "op": "replace", "path": "finish", "value": "brushed" }]))
        .await;
    assert_eq!(open.ok()["finish"], "brushed");
    for (way, value) in [
        ("color", json!("blue")),
        ("ports[value eq 1].type", json!("ftp")),
        ("ports", json!([{ "value": 2, "type": "x" }])),
    ] {
        for op in ["add", "replace"] {
            provider
                .patch(&path(&made), json!([{ "op": op, "path": way, "value": value }]))
                .await
                .refused("invalidValue");
        }
    }
    // Nor by way of an element that a filter describes.
    let described =
        json!([{ "op": "add", "path": "ports[type eq \"ftp\"].display", "value": "x" }]);
    provider.patch(&path(&made), described).await.refused("invalidValue");
    let described = json!([{ "op": "add", "path": "ports[type eq \"HTTP\"].value", "value": 7 }]);
    let patched = provider.patch(&path(&made), described).await.ok();
    assert_eq!(patched["ports"][1], json!({ "value": 7, "type": "http" }));
    // A port that is named by its value is there, or it is none.
    for number in ["8", "7.5"] {
        let named = format!("ports[value eq {number} and type eq \"http\"].display");
        let named = json!([{ "op": "add", "path": named, "value": "x" }]);
        provider.patch(&path(&made), named).await.refused("noTarget");
    }
}

#[tokio::test]
async fn mutability_holds() {
    // S-7-09, S-7-10, S-7-11
    let provider = provider();
    let attributes = json!({
        "stamp": "mine", "batch": "1", "pin": "1234",
        "place": { "room": "12", "since": "2011-05-13T04:42:34Z", "warden": "me", "code": "99" }
    });
    let made = provider.create("/Gadgets", gadget("a", attributes.clone())).await;
    assert_eq!((made.get("stamp"), &made["batch"], made.get("pin")), (None, &json!("1"), None));
    assert_eq!(made["place"], json!({ "room": "12", "since": "2011-05-13T04:42:34Z" }));
    let way = path(&made);
    for (target, value) in [
        ("stamp", "x"),
        ("place.warden", "x"),
        ("batch", "2"),
        ("place.since", "2012-01-01T00:00:00Z"),
    ] {
        for op in ["add", "replace"] {
            provider
                .patch(&way, json!([{ "op": op, "path": target, "value": value }]))
                .await
                .refused("mutability");
        }
    }
    for target in ["stamp", "batch", "place.since"] {
        provider
            .patch(&way, json!([{ "op": "remove", "path": target }]))
            .await
            .refused("mutability");
    }
    // The same again is no change; nor is leaving it out of a PUT.
    provider.patch(&way, json!([{ "op": "replace", "path": "batch", "value": "1" }])).await.ok();
    let put = provider
        .put(&way, gadget("a", json!({ "stamp": "mine", "place": { "room": "13" } })))
        .await
        .ok();
    assert_eq!((put.get("stamp"), &put["batch"]), (None, &json!("1")));
    assert_eq!(put["place"], json!({ "room": "13", "since": "2011-05-13T04:42:34Z" }));
    provider
        .put(&way, gadget("a", json!({ "batch": "2", "place": { "room": "13" } })))
        .await
        .refused("mutability");
    // Without a value an immutable attribute can still be set, once.
    let bare = path(&provider.create("/Gadgets", gadget("b", json!({}))).await);
    provider.patch(&bare, json!([{ "op": "add", "path": "batch", "value": "1" }])).await.ok();
    provider
        .patch(&bare, json!([{ "op": "add", "path": "batch", "value": "2" }]))
        .await
        .refused("mutability");
    let bare = path(&provider.create("/Gadgets", gadget("c", json!({}))).await);
    provider.put(&bare, gadget("c", json!({ "batch": "1" }))).await.ok();
    // What is write-only may be written at any time.
    for value in ["1", "2"] {
        let answer =
            provider.patch(&way, json!([{ "op": "replace", "path": "pin", "value": value }])).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body.get("pin"), None);
    }
}

#[tokio::test]
async fn returned_holds() {
    // S-7-12, S-7-13, S-7-14, S-7-15
    let provider = provider();
    let attributes = json!({
        "text": "t", "seed": "never", "pin": "never", "note": "n", "asset": "always",
        "place": { "room": "12", "hint": "h", "sign": "always", "code": "never" }
    });
    let made = provider.create("/Gadgets", gadget("a", attributes)).await;
    // A write that names it shows what is returned on request.
    assert_eq!(
        (&made["note"], &made["asset"], &made["place"]["hint"]),
        (&json!("n"), &json!("always"), &json!("h"))
    );
    let way = path(&made);
    for (parameters, present, absent) in [
        ("", "asset text serial meta place/sign place/room", "seed pin note place/hint place/code"),
        ("?attributes=note", "asset note id schemas", "seed pin text serial meta place"),
        ("?attributes=seed,pin,place.code", "asset id", "seed pin note text place/code"),
        ("?attributes=place.hint", "asset place/hint place/sign", "place/room place/code text"),
        ("?attributes=place", "asset place/room place/sign", "place/hint place/code text"),
        ("?excludedAttributes=asset,text,id,schemas", "asset id schemas serial", "text seed note"),
        (
            "?excludedAttributes=place.sign,place.room",
            "place/sign asset text",
            "place/room place/hint",
        ),
        ("?excludedAttributes=note,seed", "asset text", "note seed"),
    ] {
        let bodies = [
            provider.get(&format!("{way}{parameters}")).await.ok(),
            provider.get(&format!("/Gadgets{parameters}")).await.ok()["Resources"][0].clone(),
        ];
        for body in bodies {
            for name in present.split(' ') {
                assert!(
                    body.pointer(&format!("/{name}")).is_some(),
                    "{parameters}: {name} is missing: {body}"
                );
            }
            for name in absent.split(' ') {
                assert!(
                    body.pointer(&format!("/{name}")).is_none(),
                    "{parameters}: {name} is there: {body}"
                );
            }
        }
    }
    let patched =
        provider.patch(&way, json!([{ "op": "replace", "path": "note", "value": "m" }])).await.ok();
    assert_eq!(patched["note"], "m");
    let patched =
        provider.patch(&way, json!([{ "op": "replace", "path": "text", "value": "m" }])).await.ok();
    assert_eq!(patched.get("note"), None);
    let put = provider
        .put(&way, gadget("a", json!({ "note": "o", "place": { "room": "1", "hint": "i" } })))
        .await
        .ok();
    assert_eq!((&put["note"], &put["place"]["hint"]), (&json!("o"), &json!("i")));
    // Nobody can ask what it is, either.
    for filter in ["seed eq \"never\"", "pin pr", "place.code eq \"never\"", "place[code pr]"] {
        provider.filter("/Gadgets", filter).await.refused("invalidFilter");
    }
    provider.get("/Gadgets?sortBy=seed").await.refused("invalidValue");
}

#[tokio::test]
async fn unique_values_are_taken_once() {
    // S-7-16, S-7-17, S-7-18
    let provider = provider();
    let ports = |label: &str| json!([{ "value": 1, "label": label }]);
    let first = provider
        .create("/Gadgets", gadget("A", json!({ "login": "BJensen", "ports": ports("front") })))
        .await;
    let second = path(
        &provider
            .create("/Gadgets", gadget("a", json!({ "login": "other", "ports": ports("back") })))
            .await,
    );
    for taken in [
        gadget("A", json!({})),
        gadget("b", json!({ "login": "bjensen" })),
        gadget("b", json!({ "ports": ports("FRONT") })),
    ] {
        provider.post("/Gadgets", taken).await.failed(409, Some("uniqueness"));
    }
    for (target, value) in
        [("serial", json!("A")), ("login", json!("bJENSEN")), ("ports", ports("front"))]
    {
        let change = json!([{ "op": "replace", "path": target, "value": value }]);
        provider.patch(&second, change).await.failed(409, Some("uniqueness"));
    }
    provider
        .put(&second, gadget("a", json!({ "login": "BJENSEN" })))
        .await
        .failed(409, Some("uniqueness"));
    // Its own value is not taken, and one is free once its resource is gone. Other types have
    // values of their own.
    provider.put(&path(&first), gadget("A", json!({ "login": "bjensen" }))).await.ok();
    assert_eq!(provider.delete(&path(&first)).await.status, 204);
    provider.create("/Gadgets", gadget("A", json!({ "login": "bjensen" }))).await;
    provider.create("/Boxes", crate_of("A", &[])).await;
}

#[tokio::test]
async fn filters_and_order_know_the_types() {
    // S-3.2-01, S-7-07
    let provider = provider();
    let until = |year: u16| json!({ "until": format!("{year}-01-01T00:00:00Z"), "text": year });
    for (serial, attributes) in [
        (
            "1",
            json!({ "text": "b", "exact": "b", "count": 10, "weight": 0.5, "bought": "2011-05-13T04:42:34Z", "enabled": true, WARRANTY: until(2030) }),
        ),
        (
            "2",
            json!({ "text": "A", "exact": "B", "count": 9, "weight": 2, "bought": "2011-05-13T05:42:34+02:00", "texts": ["x"], "place": { "room": "r", "doors": ["N"] } }),
        ),
        (
            "3",
            json!({ "text": "C", "exact": "C", "count": -1, "key": "AQID", "manual": "https://example.com/A", "ports": [{ "value": 22, "type": "ssh" }, { "value": 80 }], WARRANTY: until(2040) }),
        ),
    ] {
        provider.create("/Gadgets", gadget(serial, attributes)).await;
    }
    let warranty = |rest: &str| format!("{WARRANTY}:{rest}");
    for (filter, found) in [
        ("text eq \"B\"".to_owned(), "1"),
        ("exact eq \"B\"".to_owned(), "2"),
        ("count gt 9".to_owned(), "1"),
        ("weight le 0.50".to_owned(), "1"),
        ("bought lt \"2011-05-13T04:00:00Z\"".to_owned(), "2"),
        ("key eq \"AQID\"".to_owned(), "3"),
        ("manual sw \"https://example.com/A\"".to_owned(), "3"),
        ("enabled eq true".to_owned(), "1"),
        ("texts eq \"X\"".to_owned(), "2"),
        ("place.doors eq \"n\"".to_owned(), "2"),
        ("ports[type eq \"ssh\" and value lt 80]".to_owned(), "3"),
        ("ports.value eq 80 and not (enabled pr)".to_owned(), "3"),
        (warranty("until gt \"2035-01-01T00:00:00Z\""), "3"),
        (warranty("text eq 2030"), "1"),
        (format!("{GADGET}:TEXT eq \"c\""), "3"),
    ] {
        let serials =
            serials(&provider, &format!("?filter={}", support::reads::provider::escaped(&filter)))
                .await;
        assert_eq!(serials, found, "{filter}");
    }
    provider
        .refuses(
            "/Gadgets",
            &["count eq \"10\"", "nope pr", "place eq \"r\"", "enabled gt true", "key co \"A\""],
        )
        .await;
    for (sort, order) in [
        ("text".to_owned(), "213"),
        ("exact".to_owned(), "231"),
        ("count".to_owned(), "321"),
        ("bought".to_owned(), "213"),
        ("weight&sortOrder=descending".to_owned(), "321"),
        (warranty("text&sortOrder=descending"), "231"),
    ] {
        let sorted = serials(&provider, &format!("?sortBy={sort}")).await;
        assert_eq!(sorted, order, "{sort}");
    }
    provider.get("/Gadgets?sortBy=place").await.refused("invalidValue");
    provider.get("/Gadgets?sortBy=nope").await.refused("invalidValue");
}

async fn serials(provider: &Provider, parameters: &str) -> String {
    let list = provider.get(&format!("/Gadgets{parameters}")).await;
    list.resources().iter().map(|resource| resource["serial"].as_str().expect("a serial")).collect()
}

#[tokio::test]
async fn patch_reaches_every_part() {
    // S-3.2-01
    let provider = provider();
    let attributes = json!({ "texts": ["a", "b"], "place": { "room": "1" }, "ports": [{ "value": 22, "type": "ssh", "primary": true }] });
    let way = path(&provider.create("/Gadgets", gadget("a", attributes)).await);
    let warranty = format!("{WARRANTY}:until");
    let patched = provider
        .patch(
            &way,
            json!([
                { "op": "add", "path": "TEXTS", "value": ["c"] },
                { "op": "remove", "path": "texts[value eq \"A\"]" },
                { "op": "replace", "path": "place.floor", "value": 3 },
                { "op": "add", "path": "place.doors", "value": ["N"] },
                { "op": "add", "path": "ports", "value": [{ "value": 80, "primary": true }] },
                { "op": "replace", "path": "ports[value eq 22].display", "value": "secure" },
                { "op": "add", "path": warranty, "value": "2030-01-01T00:00:00Z" },
                { "op": "add", "value": { WARRANTY: { "dealer": "x" }, "count": 1, "place": { "room": "2" } } }
            ]),
        )
        .await
        .ok();
    assert_eq!(patched["texts"], json!(["b", "c"]));
    assert_eq!(patched["place"], json!({ "room": "2", "floor": 3, "doors": ["N"] }));
    assert_eq!(
        patched["ports"][0],
        json!({ "value": 22, "type": "ssh", "primary": false, "display": "secure" })
    );
    assert_eq!(patched["ports"][1], json!({ "value": 80, "primary": true }));
    assert_eq!(patched[WARRANTY], json!({ "until": "2030-01-01T00:00:00Z", "dealer": "x" }));
    assert_eq!((&patched["count"], &patched["schemas"]), (&json!(1), &json!([GADGET, WARRANTY])));
    for (wrong, scim_type) in [
        ("nope", "invalidPath"),
        ("place.nope", "invalidPath"),
        ("ports[nope eq 1].value", "invalidFilter"),
    ] {
        let answer =
            provider.patch(&way, json!([{ "op": "replace", "path": wrong, "value": 1 }])).await;
        assert_eq!(
            (answer.status, &answer.body["scimType"]),
            (400, &json!(scim_type)),
            "{wrong}: {}",
            answer.body
        );
    }
    // All or nothing.
    let before = provider.get(&way).await.ok();
    let half = json!([{ "op": "replace", "path": "count", "value": 5 }, { "op": "replace", "path": "count", "value": "x" }]);
    provider.patch(&way, half).await.refused("invalidValue");
    assert_eq!(provider.get(&way).await.ok(), before);
}

#[tokio::test]
async fn resources_list_each_other_as_groups_list_members() {
    // S-3.2-01, S-2.3.7-04
    let provider = provider();
    let one = provider.create("/Gadgets", gadget("1", json!({}))).await;
    let two = provider.create("/Gadgets", gadget("2", json!({}))).await;
    let inner = provider.create("/Boxes", crate_of("inner", &[])).await;
    let made = provider.create("/Boxes", crate_of("outer", &[id(&one), id(&inner)])).await;
    let contents = made["contents"].as_array().expect("contents");
    let types: Vec<&Value> = contents.iter().map(|content| &content["type"]).collect();
    assert_eq!(types, [&json!("Gadget"), &json!("Box")]);
    for content in contents {
        let target = content["$ref"]
            .as_str()
            .and_then(|url| url.strip_prefix("https://example.com/scim/v2"));
        let target = provider.get(target.expect("a URL of ours")).await.ok();
        assert_eq!(target["id"], content["value"]);
    }
    let change = json!([
        { "op": "add", "path": "contents", "value": [{ "value": id(&two) }] },
        { "op": "remove", "path": format!("contents[value eq \"{}\"]", id(&one)) }
    ]);
    let patched = provider.patch(&path(&made), change).await.ok();
    let ids: Vec<&str> = patched["contents"]
        .as_array()
        .expect("contents")
        .iter()
        .map(|value| value["value"].as_str().expect("an id"))
        .collect();
    assert_eq!(ids, [id(&inner), id(&two)]);
    let found =
        provider.filter("/Boxes", &format!("contents.value eq \"{}\"", id(&two))).await.ok();
    assert_eq!(found["totalResults"], 1);
    let boxed = provider
        .patch(
            &path(&one),
            json!([{ "op": "add", "path": "box", "value": { "value": id(&made) } }]),
        )
        .await
        .ok();
    assert_eq!(boxed["box"], json!({ "value": id(&made), "$ref": made["meta"]["location"] }));
}

#[tokio::test]
async fn discovery_says_what_they_are() {
    // S-3.2-01, S-6-01, S-7-01
    let provider = provider();
    let shown = provider.get("/ResourceTypes/Gadget").await.ok();
    assert_eq!(shown["schemaExtensions"], json!([{ "schema": WARRANTY, "required": false }]));
    assert_eq!(
        (&shown["endpoint"], &shown["schema"], &shown["description"]),
        (&json!("/Gadgets"), &json!(GADGET), &json!("Gadgets"))
    );
    let document: Value =
        serde_json::from_str(include_str!("documents/gadgets.json")).expect("JSON");
    for schema in document["schemas"].as_array().expect("schemas") {
        let shown =
            provider.get(&format!("/Schemas/{}", schema["id"].as_str().expect("an id"))).await.ok();
        for (index, attribute) in
            schema["attributes"].as_array().expect("attributes").iter().enumerate()
        {
            says(&shown["attributes"][index], attribute);
        }
    }
}

/// All that the file says of an attribute is published.
#[track_caller]
fn says(shown: &Value, attribute: &Value) {
    for (name, value) in attribute.as_object().expect("an attribute") {
        match value.as_array().filter(|_| name == "subAttributes") {
            Some(subs) => subs
                .iter()
                .enumerate()
                .for_each(|(index, sub)| says(&shown["subAttributes"][index], sub)),
            None => assert_eq!(&shown[name.as_str()], value, "{name} of {shown}"),
        }
    }
}

#[tokio::test]
async fn tolerances_apply_to_them_too() {
    // S-3.2-01
    let lenient = Provider::serving(types(), Setup { quirks: Quirks::LENIENT, ..Setup::default() });
    let loose = json!({
        "SERIAL": "1", "enabled": "True", "texts": [], "text": ["only"], "ports": { "value": 22 }, "box": "7", "note": "",
        "manual": "my page", "unknown": 1, WARRANTY.to_uppercase().replace("URN", "urn"): { "UNTIL": "2030-01-01T00:00:00" }
    });
    let made = lenient.create("/Gadgets", loose).await;
    assert_eq!(
        (&made["serial"], &made["enabled"], &made["text"]),
        (&json!("1"), &json!(true), &json!("only"))
    );
    assert_eq!((&made["ports"], &made["box"]["value"]), (&json!([{ "value": 22 }]), &json!("7")));
    assert_eq!(
        (&made["manual"], &made[WARRANTY]["until"]),
        (&json!("my page"), &json!("2030-01-01T00:00:00Z"))
    );
    assert_eq!((made.get("note"), made.get("unknown")), (None, None));
}

/// A type whose provider sets what it requires: the number, the name by which people call it, and
/// parts of the rest.
fn tickets() -> ResourceType {
    let schema = json!({
        "id": "urn:example:schemas:Ticket",
        "name": "Ticket",
        "attributes": [
            { "name": "subject", "type": "string", "required": true },
            { "name": "number", "type": "integer", "required": true, "mutability": "readOnly" },
            { "name": "displayName", "type": "string", "required": true, "mutability": "readOnly" },
            { "name": "place", "type": "complex", "subAttributes": [
                { "name": "room", "type": "string" },
                { "name": "code", "type": "string", "required": true, "mutability": "readOnly" }
            ] },
            { "name": "notes", "type": "complex", "multiValued": true, "subAttributes": [
                { "name": "value", "type": "string", "required": true },
                { "name": "written", "type": "dateTime", "required": true, "mutability": "readOnly" }
            ] }
        ]
    });
    let queue = json!({
        "id": "urn:example:schemas:Queue",
        "name": "Queue",
        "attributes": [
            { "name": "desk", "type": "string" },
            { "name": "position", "type": "integer", "required": true, "mutability": "readOnly" }
        ]
    });
    let read = |document| Schema::try_from(document).expect("a schema");
    ResourceType::new("Ticket", read(schema)).with_extension(read(queue))
}

#[tokio::test]
async fn what_is_required_and_read_only_is_not_asked_of_clients() {
    // S-7-09, S-6-07, P-3.3-07, P-3.5.1-08, A-69
    let (ticket, queue) = ("urn:example:schemas:Ticket", "urn:example:schemas:Queue");
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let provider = Provider::serving([tickets()], Setup { quirks, ..Setup::default() });
        let body = |subject: &str| {
            json!({
                "schemas": [ticket, queue],
                "subject": subject,
                "place": { "room": "12" },
                "notes": [{ "value": "a" }, { "value": "b" }],
                queue: { "desk": "1" }
            })
        };
        let made = provider.create("/Tickets", body("printer")).await;
        for (name, value) in body("printer").as_object().expect("an object") {
            assert_eq!(&made[name], value);
        }
        let path = path(&made);
        assert_eq!(provider.put(&path, body("scanner")).await.ok()["subject"], "scanner");
        for (target, value) in [
            ("subject", json!("both")),
            ("place.room", json!("13")),
            ("notes[value eq \"a\"].value", json!("c")),
            ("notes", json!([{ "value": "d" }])),
            (&format!("{queue}:desk"), json!("2")),
        ] {
            provider
                .patch(&path, json!([{ "op": "replace", "path": target, "value": value }]))
                .await
                .ok();
        }
        // What clients do set is asked of them all the same, and what they do not is not theirs to
        // set.
        let mut missing = body("x");
        missing["subject"] = json!(null);
        provider.put(&path, missing.clone()).await.refused("invalidValue");
        provider.post("/Tickets", missing).await.refused("invalidValue");
        let mut named = body("x");
        named["number"] = json!(7);
        assert_eq!(provider.create("/Tickets", named).await.get("number"), None);
        let number = json!([{ "op": "replace", "path": "number", "value": 7 }]);
        provider.patch(&path, number).await.refused("mutability");
    }
}

/// A type with canonical values that differ in case, some of them the only ones that are taken.
fn grades() -> ResourceType {
    let schema = json!({
        "id": "urn:example:schemas:Grade",
        "name": "Grade",
        "attributes": [
            { "name": "open", "type": "string", "caseExact": true, "canonicalValues": ["Pass", "FAIL"] },
            { "name": "opens", "type": "string", "caseExact": true, "multiValued": true, "canonicalValues": ["Pass", "FAIL"] },
            { "name": "closed", "type": "string", "caseExact": true, "canonicalValues": ["a", "A", "Pass"] },
            { "name": "parts", "type": "complex", "multiValued": true, "subAttributes": [
                { "name": "open", "type": "string", "caseExact": true, "canonicalValues": ["Pass"] },
                { "name": "closed", "type": "string", "caseExact": true, "canonicalValues": ["Pass"] },
                { "name": "display", "type": "string" }
            ] }
        ]
    });
    let schema = Schema::try_from(schema).expect("a schema");
    ResourceType::new("Grade", schema)
        .enforce_canonical_values("closed")
        .enforce_canonical_values("parts.closed")
}

#[tokio::test]
async fn canonical_values_of_another_case_are_other_values_where_case_counts() {
    // S-2.3.1-02, S-2.4-05, S-7-07
    let schemas = json!(["urn:example:schemas:Grade"]);
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let provider = Provider::serving([grades()], Setup { quirks, ..Setup::default() });
        let open = json!({ "schemas": schemas, "open": "PASS", "opens": ["pass", "Fail", "FAIL"], "parts": [{ "open": "pASS" }] });
        let made = provider.create("/Grades", open.clone()).await;
        let path = path(&made);
        let is_as_sent = |answer: &Value| {
            for name in ["open", "opens", "parts"] {
                assert_eq!(answer[name], open[name], "{name}");
            }
        };
        is_as_sent(&made);
        is_as_sent(&provider.put(&path, open.clone()).await.ok());
        for (target, value) in [
            ("open", json!("fail")),
            ("opens", json!(["PASS"])),
            ("parts", json!([{ "open": "PASS" }])),
        ] {
            let patched = provider
                .patch(&path, json!([{ "op": "replace", "path": target, "value": value }]))
                .await
                .ok();
            assert_eq!(patched[target], value);
        }
        for closed in [json!("pass"), json!("PASS"), json!("B")] {
            let mut body = open.clone();
            body["closed"] = closed.clone();
            provider.post("/Grades", body.clone()).await.refused("invalidValue");
            provider.put(&path, body).await.refused("invalidValue");
            let parts = json!([{ "closed": closed }]);
            provider
                .post("/Grades", json!({ "schemas": schemas, "parts": parts }))
                .await
                .refused("invalidValue");
            let described = format!("parts[closed eq {closed}].display");
            for (target, value) in [("closed", closed), ("parts", parts), (&described, json!("x"))]
            {
                provider
                    .patch(&path, json!([{ "op": "add", "path": target, "value": value }]))
                    .await
                    .refused("invalidValue");
            }
        }
        // Two that differ in nothing but case are two.
        for closed in ["a", "A", "Pass"] {
            let patched = provider
                .patch(&path, json!([{ "op": "replace", "path": "closed", "value": closed }]))
                .await
                .ok();
            assert_eq!(patched["closed"], closed);
            let filter = format!("closed eq \"{closed}\"");
            assert_eq!(
                provider.filter("/Grades", &filter).await.ok()["totalResults"],
                1,
                "{filter}"
            );
            let other = filter.replace(closed, "PASS");
            assert_eq!(provider.filter("/Grades", &other).await.ok()["totalResults"], 0, "{other}");
        }
    }
}
