//! What is told of changes, and what is switched off for a tenant.

use super::*;

#[tokio::test]
async fn events_are_in_the_order_of_the_changes() {
    let host = Host::start(&[]);
    let ann = host.user("ann").await;
    let (address, mut switching) = (host.address(), JoinSet::new());
    for number in 0..24 {
        let path = format!("/scim/v2/Users/{ann}");
        let mut whole = user("ann");
        whole["active"] = json!(number % 2 == 0);
        let operations = json!([{ "op": "replace", "value": { "active": whole["active"] } }]);
        switching.spawn(async move {
            if number % 3 == 0 {
                put(address, &path, "token-1", &whole).await.status
            } else {
                patch(address, &path, "token-1", &operations).await.status
            }
        });
    }
    assert!(switching.join_all().await.iter().all(|status| *status == 200));
    let events = host.events().await;
    let switched: Vec<&str> = events.iter().skip(1).map(|(event, _)| event.as_str()).collect();
    let alternating = ["user.deactivated", "user.reactivated"].iter().cycle().take(switched.len());
    assert!(switched.iter().eq(alternating), "{switched:?}");
    let off = host.user_view(&ann).await["active"] == false;
    assert_eq!(off, switched.len() % 2 == 1);
}

#[tokio::test]
async fn nothing_is_told_where_active_is_taken_away() {
    let host = Host::start(&[]);
    let ann = host.user("ann").await;
    let path = format!("/scim/v2/Users/{ann}");
    let taken_away = json!([{ "op": "remove", "path": "active" }]);
    for active in [false, true] {
        let switched = json!([{ "op": "replace", "path": "active", "value": active }]);
        for operations in [&switched, &taken_away] {
            let answer = patch(host.address(), &path, "token-1", operations).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        assert_eq!(host.user_view(&ann).await["active"], active);
    }
    let told: Vec<String> = host.events().await.into_iter().map(|(event, _)| event).collect();
    assert_eq!(told, ["user.created", "user.deactivated", "user.reactivated"]);
}

#[tokio::test]
async fn scim_and_groups_are_switched_off_and_on_for_a_tenant() {
    let host = Host::start(&["--no-groups", "two"]);
    let ann = host.user("ann").await;
    let settings = body(&admin(host.address(), "/admin/api/tenants/two/settings").await);
    let expected = json!({ "enabled": true, "groups": false, "access": "bearer", "version": 0, "quotaGb": null, "departmentGroups": false, "orphans": "keep" });
    assert_eq!(settings, expected);
    host.administer("PUT", "settings", json!({ "enabled": false })).await;
    for path in ["/scim/v2/Users", "/t/one/scim/v2/Users", "/scim/v2/ServiceProviderConfig"] {
        assert_scim_error(&get(host.address(), path, "token-1").await, 403);
    }
    assert_eq!(get(host.address(), "/scim/v2/Users", "token-2").await.status, 200);
    assert_eq!(host.user_view(&ann).await["userName"], "ann");
    host.administer("PUT", "settings", json!({ "enabled": true, "groups": false })).await;
    assert_eq!(body(&get(host.address(), "/scim/v2/Users", "token-1").await)["totalResults"], 1);
    assert_scim_error(&get(host.address(), "/scim/v2/Groups", "token-1").await, 404);
    host.administer("PUT", "settings", json!({ "groups": true })).await;
    assert_eq!(get(host.address(), "/scim/v2/Groups", "token-1").await.status, 200);

    let before = host.view("settings").await;
    for wrong in [
        json!({ "quotaGb": -1 }),
        json!({ "quotaGb": "500" }),
        json!({ "quotaGb": 1.5 }),
        json!({ "quotaTb": 1 }),
        json!({ "quotaGb": 7, "orphans": "sell" }),
        json!({ "enabled": null, "groups": "no" }),
        json!([]),
    ] {
        assert_eq!(
            administer(host.address(), "PUT", "one/settings", &wrong).await.status,
            400,
            "{wrong}"
        );
    }
    assert_eq!(host.view("settings").await, before);
    assert_eq!(administer(host.address(), "PUT", "none/settings", &json!({})).await.status, 404);
    let keyless = send(
        host.address(),
        "PUT",
        "/admin/api/tenants/one/settings",
        &[],
        Some(b"{\"enabled\":false}"),
    )
    .await;
    assert_eq!((keyless.status, host.view("settings").await), (401, before));
}

/// The next event of a feed: its lines.
async fn next_event(feed: &mut (impl AsyncBufReadExt + Unpin)) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    loop {
        let mut line = String::new();
        assert_ne!(feed.read_line(&mut line).await.expect("the feed goes on"), 0);
        match line.trim_end() {
            // Chunks have their lengths in lines of their own.
            "" if lines.iter().any(|line: &String| line.starts_with("data:")) => return lines,
            line => drop(lines.insert(line.to_owned())),
        }
    }
}

#[tokio::test]
async fn events_are_sent_as_they_come() {
    let host = Host::start(&[]);
    let ann = host.user("ann").await;
    post(host.address(), "/scim/v2/Users", "token-2", &user("bob")).await;
    for (last, seqs) in
        [("", &[2][..]), ("Last-Event-ID: 0\r\n", &[1, 2]), ("Last-Event-ID: 77\r\n", &[3])]
    {
        let stream = TcpStream::connect(host.address()).await.expect("the demo listens");
        let mut feed = BufReader::new(stream);
        let head = format!(
            "GET /admin/api/tenants/one/events HTTP/1.1\r\nHost: x\r\nX-Admin-Key: key\r\nAccept: text/event-stream\r\n{last}\r\n"
        );
        feed.get_mut().write_all(head.as_bytes()).await.expect("it is sent");
        let mut answer = String::new();
        while !answer.ends_with("\r\n\r\n") {
            feed.read_line(&mut answer).await.expect("a head");
        }
        assert!(answer.contains("200 OK") && answer.contains("text/event-stream"), "{answer}");
        let active = last.contains("77");
        if !last.contains(": 0") {
            host.patch(
                &format!("/Users/{ann}"),
                json!([{ "op": "replace", "path": "active", "value": active }]),
            )
            .await;
        }
        for seq in seqs {
            let event = next_event(&mut feed).await;
            let name = ["", "user.created", "user.deactivated", "user.reactivated"][*seq];
            assert!(
                event.contains(&format!("id: {seq}")) && event.contains(&format!("event: {name}")),
                "{event:?}"
            );
            assert!(
                event.iter().any(|line| line.starts_with("data: {") && line.contains(&ann)),
                "{event:?}"
            );
        }
    }
}
