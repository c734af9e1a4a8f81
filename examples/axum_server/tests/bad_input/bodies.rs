//! Bodies that are none: of another type, twice named, without end.

use crate::*;

#[tokio::test]
async fn bodies_that_are_no_json_objects() {
    let server = Server::start(&[]).await;
    for body in NO_OBJECTS.lines().chain(["", " ", "\u{feff}{}", "{\"a\": \"\t\"}"]) {
        server.refuses_body(body.as_bytes(), "invalidSyntax").await;
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn values_of_the_wrong_type() {
    let server = Server::start(&[]).await;
    let wrong = json!({
        "userName": [5, ["bjensen2"], {}, null],
        "active": ["yes", 1, 18_446_744_073_709_551_615_u64],
        "name": ["Jensen", { "familyName": 5 }],
        "emails": ["b@example.com", { "value": "b@example.com" }, [5], [[{ "value": "b" }]], [{ "value": ["b"] }]],
        "x509Certificates": [[{ "value": "%%%" }]],
    });
    for (name, values) in wrong.as_object().expect("an object") {
        for value in values.as_array().expect("values") {
            let mut user = json!({ "schemas": [USER], "userName": "other" });
            user[name] = value.clone();
            for (method, path) in [("POST", "/Users"), ("PUT", &server.user)] {
                assert_error(
                    &server.json(method, path, &user).await,
                    400,
                    Some("invalidValue"),
                    &user.to_string(),
                );
            }
        }
    }
    for schemas in
        [json!("x"), json!([5]), json!({}), json!([]), json!(null), json!(["urn:example:none"])]
    {
        let user = json!({ "schemas": schemas, "userName": "other" });
        assert_error(
            &server.json("POST", "/Users", &user).await,
            400,
            Some("invalidSyntax"),
            &user.to_string(),
        );
    }
    let wrong =
        json!(["x", {}, [5], [{ "path": "title" }], [{ "op": 5 }], [{ "op": "add", "path": 5 }]]);
    for operations in wrong.as_array().expect("values") {
        let patch = json!({ "schemas": [PATCH_OP], "Operations": operations });
        assert_error(
            &server.json("PATCH", &server.user, &patch).await,
            400,
            Some("invalidSyntax"),
            &patch.to_string(),
        );
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn names_that_stand_twice() {
    let server = Server::start(&[]).await;
    for members in [
        "\"userName\": \"a\", \"userName\": \"b\"",
        "\"userName\": \"a\", \"USERNAME\": \"b\"",
        "\"userName\": \"a\", \"username\": null",
        "\"userName\": \"a\", \"name\": {\"givenName\": \"a\", \"givenName\": \"b\"}",
        "\"userName\": \"a\", \"name\": {\"givenName\": \"a\", \"GIVENNAME\": \"b\"}",
        "\"userName\": \"a\", \"emails\": [{\"value\": \"a\", \"Value\": \"b\"}]",
        "\"userName\": \"a\", \"SCHEMAS\": [\"urn:ietf:params:scim:schemas:core:2.0:User\"]",
        "\"userName\": \"a\", \"unknown\": {\"x\": 1, \"x\": 2}",
        "\"userName\": \"a\", \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\": {}, \
         \"URN:ietf:params:scim:schemas:extension:enterprise:2.0:User\": {}",
    ] {
        let body = format!("{{\"schemas\": [\"{USER}\"], {members}}}");
        for (method, path) in [("POST", "/Users"), ("PUT", &server.user)] {
            assert_error(
                &server.raw(method, path, body.as_bytes()).await,
                400,
                Some("invalidSyntax"),
                &body,
            );
        }
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn names_of_messages_that_stand_twice() {
    let server = Server::start(&[]).await;
    let mut requests = Vec::new();
    let remove = "{\"op\": \"remove\", \"path\": \"title\"}";
    for patch in [
        format!("\"Operations\": [{remove}], \"Operations\": []"),
        format!("\"Operations\": [{remove}], \"operations\": []"),
        "\"Operations\": [{\"op\": \"remove\", \"OP\": \"add\", \"path\": \"title\"}]".to_owned(),
        "\"Operations\": [{\"op\": \"remove\", \"path\": \"title\", \"Path\": \"nickName\"}]"
            .to_owned(),
        "\"Operations\": [{\"op\": \"replace\", \"value\": {\"title\": \"a\", \"TITLE\": \"b\"}}]"
            .to_owned(),
    ] {
        requests.push((
            "PATCH",
            server.user.as_str(),
            format!("{{\"schemas\": [\"{PATCH_OP}\"], {patch}}}"),
        ));
    }
    for parameters in
        ["\"filter\": \"title pr\", \"FILTER\": \"nickName pr\"", "\"count\": 1, \"Count\": 2"]
    {
        requests.push((
            "POST",
            "/Users/.search",
            format!("{{\"schemas\": [\"{SEARCH_REQUEST}\"], {parameters}}}"),
        ));
    }
    let mut taken = Vec::new();
    for (method, path, body) in requests {
        let answer = server.raw(method, path, body.as_bytes()).await;
        if answer.status < 400 {
            taken.push(body);
        } else {
            assert_error(&answer, 400, Some("invalidSyntax"), &body);
        }
    }
    assert!(taken.is_empty(), "taken as they are:\n{}", taken.join("\n"));
    server.is_unharmed().await;
}

#[tokio::test]
async fn text_that_is_no_unicode() {
    let server = Server::start(&[]).await;
    for text in ["\\ud800", "\\udc00", "\\ud83d x", "\\ud800\\ud800", "\\uD83D\\u0041"] {
        server
            .refuses_body(
                format!("{{\"schemas\": [\"{USER}\"], \"userName\": \"{text}\"}}").as_bytes(),
                "invalidSyntax",
            )
            .await;
        server
            .refuses_body(
                format!("{{\"schemas\": [\"{USER}\"], \"{text}\": 1}}").as_bytes(),
                "invalidSyntax",
            )
            .await;
    }
    for bytes in [&b"\xff"[..], b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\xaf"]
    {
        let mut body = format!("{{\"schemas\": [\"{USER}\"], \"userName\": \"").into_bytes();
        body.extend(bytes);
        body.extend(b"\"}");
        server.refuses_body(&body, "invalidSyntax").await;
    }
    for path in ["/Users/%FF", "/Users/%C0%AF", "/%FF", "/Users/%ED%A0%80"] {
        assert_error(&server.send("GET", path, &[TOKEN], None).await, 404, None, path);
    }
    let lone = "/Users?filter=userName%20eq%20%22%5Cud800%22";
    assert_error(&server.send("GET", lone, &[TOKEN], None).await, 400, Some("invalidFilter"), lone);
    server.is_unharmed().await;
}

#[tokio::test]
async fn json_that_nests_without_end() {
    let server = Server::start(&[]).await;
    for depth in [200, 10_000, 1_000_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
            let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let body = format!(
                "{{\"schemas\": [\"{USER}\"], \"userName\": \"other\", \"emails\": {deep}}}"
            );
            server.refuses_body(body.as_bytes(), "invalidSyntax").await;
            server.refuses_body(open.repeat(depth).as_bytes(), "invalidSyntax").await;
        }
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn bodies_beyond_the_limit() {
    const LIMIT: usize = 10 * 1024 * 1024;
    let server = Server::start(&[]).await;
    for (method, path) in [
        ("POST", "/Users"),
        ("PUT", &server.user),
        ("PATCH", &server.user),
        ("POST", "/Users/.search"),
    ] {
        // Nothing of the body is sent: who announces so much is answered at once.
        let head = format!(
            "{method} /scim/v2{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-1\r\n"
        );
        let head = format!("{head}Content-Length: {}\r\n\r\n", LIMIT + 1);
        let mut stream =
            TcpStream::connect(server.demo.address()).await.expect("it takes connections");
        stream.write_all(head.as_bytes()).await.expect("the request goes out");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer, and the end");
        assert!(
            answer.starts_with("HTTP/1.1 413 ") && answer.contains("\"status\":\"413\""),
            "{method} {path}: {answer}"
        );
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn numbers_beyond_all_bounds() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bad-input-devices.json");
    let attributes =
        json!([{ "name": "slots", "type": "integer" }, { "name": "weight", "type": "decimal" }]);
    let types = json!({
        "schemas": [{ "id": "urn:example:schemas:Device", "attributes": attributes }],
        "resourceTypes": [{ "name": "Device", "endpoint": "/Devices", "schema": "urn:example:schemas:Device" }],
    });
    fs::write(&file, types.to_string()).expect("the target folder can be written");
    let server =
        Server::start(&["--resource-types", file.to_str().expect("a path that is text")]).await;
    for (name, number, scim_type) in [
        ("slots", "18446744073709551616", "invalidValue"),
        ("slots", "-9223372036854775809", "invalidValue"),
        ("slots", "1e30", "invalidValue"),
        ("slots", "1.5", "invalidValue"),
        ("slots", "1e400", "invalidSyntax"),
        ("weight", "-1e400", "invalidSyntax"),
        ("slots", "1e99999999999999999999", "invalidSyntax"),
    ] {
        let body =
            format!("{{\"schemas\": [\"urn:example:schemas:Device\"], \"{name}\": {number}}}");
        assert_error(
            &server.raw("POST", "/Devices", body.as_bytes()).await,
            400,
            Some(scim_type),
            &body,
        );
    }
    for parameters in ["\"count\": 1e30", "\"startIndex\": 1.5", "\"count\": -1e30"] {
        let body = format!("{{\"schemas\": [\"{SEARCH_REQUEST}\"], {parameters}}}");
        assert_error(
            &server.raw("POST", "/Users/.search", body.as_bytes()).await,
            400,
            Some("invalidValue"),
            &body,
        );
    }
    for filter in
        ["slots%20eq%201e400", "weight%20lt%20-1e99999999999999999999", "slots%20eq%20%2B1"]
    {
        let path = format!("/Devices?filter={filter}");
        assert_error(
            &server.send("GET", &path, &[TOKEN], None).await,
            400,
            Some("invalidFilter"),
            filter,
        );
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn media_types_that_nobody_reads() {
    let server = Server::start(&[]).await;
    let user = json!({ "schemas": [USER], "userName": "other" }).to_string();
    for kind in MEDIA_TYPES.split_whitespace() {
        for (method, path) in [
            ("POST", "/Users"),
            ("PUT", &server.user),
            ("PATCH", &server.user),
            ("POST", "/.search"),
        ] {
            let answer = server
                .send(method, path, &[TOKEN, ("Content-Type", kind)], Some(user.as_bytes()))
                .await;
            assert_error(&answer, 415, None, &format!("{method} as {kind}"));
        }
    }
    for accept in ["text/html", "application/xml", "image/*", "application/scim+json;q=0"] {
        for (method, path) in
            [("GET", "/Users"), ("GET", &server.user), ("GET", "/Schemas"), ("POST", "/Users")]
        {
            let answer = server
                .send(method, path, &[TOKEN, SCIM, ("Accept", accept)], Some(user.as_bytes()))
                .await;
            assert_error(&answer, 406, None, &format!("{method} {path} for {accept}"));
        }
    }
    server.is_unharmed().await;
}
