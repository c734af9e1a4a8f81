use serde_json::json;

use super::*;
use crate::support::canned::Canned;

/// Replays these lines against a server with these answers, status and body, one a connection.
async fn replay_lines(lines: &[Value], answers: Vec<(u16, Value)>) -> (Outcome, Vec<String>) {
    let transcript = Transcript {
        lines: lines
            .iter()
            .map(|line| serde_json::from_value(line.clone()).expect("a line"))
            .collect(),
    };
    let mut variables = Variables::default();
    for name in ["token", "tenant", "other_tenant", "admin_key"] {
        variables.set(name, format!("the {name}"));
    }
    let server = Canned::start(answers.into_iter().map(|(status, body)| {
        let body = body.to_string();
        let length = body.len();
        vec![format!(
            "HTTP/1.1 {status} -\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )]
    }))
    .await;
    let outcome = replay(&transcript, server.address, variables).await;
    (outcome, server.requests())
}

fn line(method: &str, path: &str, status: u16) -> Value {
    json!({
        "step": format!("{method} {path}"),
        "request": {"method": method, "path": path, "headers": {"Authorization": "{{token}}"}},
        "expect": {"status": status},
        "confidence": "documented",
    })
}

fn with(mut line: Value, key: &str, value: Value) -> Value {
    line[key] = value;
    line
}

fn create() -> Value {
    with(line("POST", "/Users", 201), "capture", json!({"user1.id": "$.id"}))
}

#[track_caller]
fn assert_counts(outcome: &Outcome, passed: usize, failed: usize) {
    assert_eq!(outcome.counted, Tally { passed, failed }, "{outcome}");
}

#[tokio::test]
async fn what_was_captured_is_sent_later() {
    let body = with(
        line("PUT", "/Users/{{user1.id}}?", 200),
        "request",
        json!({
            "method": "PUT",
            "base": "/t/{{tenant}}",
            "path": "/Users/{{user1.id}}?",
            "body": {"id": "{{user1.id}}"},
        }),
    );
    let answers = vec![(201, json!({"id": "a/1"})), (200, json!({}))];
    let (outcome, requests) = replay_lines(&[create(), body], answers).await;
    assert_counts(&outcome, 2, 0);
    assert!(outcome.is_pass());
    assert!(requests[0].starts_with("POST /scim/v2/Users HTTP/1.1\r\n"), "{requests:?}");
    assert!(requests[0].contains("authorization: the token\r\n"), "{requests:?}");
    assert!(
        requests[1].starts_with("PUT /t/the%20tenant/Users/a%2F1? HTTP/1.1\r\n"),
        "{requests:?}"
    );
    assert!(requests[1].ends_with("\r\n\r\n{\"id\":\"a/1\"}"), "{requests:?}");
}

#[tokio::test]
async fn another_status_fails_but_is_captured_from() {
    let lines = [create(), line("GET", "/Users/{{user1.id}}", 200)];
    let answers = vec![(200, json!({"id": "1"})), (200, json!({}))];
    let (outcome, _) = replay_lines(&lines, answers).await;
    assert_counts(&outcome, 1, 1);
    assert!(!outcome.is_pass());
}

#[tokio::test]
async fn a_failed_capture_fails_the_lines_that_need_it() {
    for id in [json!(null), json!(""), json!(true), json!(["1"])] {
        let lines = [create(), line("GET", "/Users/{{user1.id}}", 200)];
        let (outcome, requests) = replay_lines(&lines, vec![(201, json!({"id": id}))]).await;
        assert_counts(&outcome, 0, 2);
        assert_eq!(requests.len(), 1);
    }
}

#[tokio::test]
async fn an_id_is_given_once() {
    let other = with(create(), "request", json!({"method": "POST", "path": "/Groups"}));
    let answers = vec![(201, json!({"id": "1"})); 3];
    let (outcome, _) = replay_lines(&[create(), create(), other], answers).await;
    assert_counts(&outcome, 2, 1);
}

#[tokio::test]
async fn failures_of_soft_lines_are_not_counted() {
    let optional = with(line("GET", "/1", 200), "optional", json!(true));
    let inferred = with(line("GET", "/2", 200), "confidence", json!("inferred"));
    let counted = line("GET", "/3", 200);
    let soft = [optional, inferred];
    let answers = vec![(404, json!({})), (404, json!({})), (200, json!({}))];
    let (outcome, _) = replay_lines(&soft, answers.clone()).await;
    assert_counts(&outcome, 0, 0);
    assert!(!outcome.is_pass(), "no line passed that counts");
    let [optional, inferred] = soft;
    let (outcome, _) = replay_lines(&[optional, inferred, counted], answers).await;
    assert_counts(&outcome, 1, 0);
    assert_eq!(outcome.soft, Tally { passed: 0, failed: 2 });
    assert!(outcome.is_pass());
}

#[tokio::test]
async fn a_request_without_an_answer_fails() {
    let (outcome, _) = replay_lines(&[line("GET", "/1", 200)], Vec::new()).await;
    assert_counts(&outcome, 0, 1);
}

fn event(number: u64, name: &str) -> Value {
    json!({"seq": number, "event": name, "resourceType": "User", "resourceId": "1"})
}

#[tokio::test]
async fn the_host_sees_the_events_of_the_request_and_no_more() {
    let earlier = event(3, "user.created");
    let created = event(4, "user.created");
    let updated = event(5, "user.updated");
    let wanted = json!({
        "events": [{"event": "user.created", "resourceId": "{{user1.id}}"}],
        "user": {"id": "{{user1.id}}", "active": true},
    });
    let host_line = with(create(), "host_expect", wanted);
    for (passing, passed, failed) in
        [(vec![&earlier, &created], 1, 0), (vec![&earlier, &created, &updated], 0, 1)]
    {
        let user = (200, json!({"id": "1", "active": true}));
        let answers = vec![
            (200, json!([earlier])),
            (201, json!({"id": "1"})),
            (200, json!([earlier])),
            (200, json!([earlier, created])),
            user.clone(),
            (200, json!(passing)),
            user,
        ];
        let (outcome, _) = replay_lines(std::slice::from_ref(&host_line), answers).await;
        assert_counts(&outcome, passed, failed);
    }
}

#[tokio::test]
async fn the_host_has_a_second() {
    let host_line = with(line("GET", "/1", 200), "host_expect", json!({"events": [{}]}));
    let mut answers = vec![(200, json!([])), (200, json!({}))];
    answers.extend(vec![(200, json!([])); 100]);
    let started = Instant::now();
    let (outcome, _) = replay_lines(&[host_line], answers).await;
    assert_counts(&outcome, 0, 1);
    assert!(outcome.report.contains("expected host: exactly {}, got no event"), "{outcome}");
    assert!(started.elapsed().as_millis() >= 1000);
}

#[tokio::test]
async fn the_administrator_acts_before_the_request() {
    let action = json!([{"method": "PUT", "path": "/settings", "body": {"quotaGb": 500}}]);
    let acted = with(line("GET", "/1", 200), "host_action", action);
    for (status, passed, failed) in [(204, 1, 0), (404, 0, 1)] {
        let answers = vec![(status, json!({})), (200, json!({}))];
        let (outcome, requests) = replay_lines(std::slice::from_ref(&acted), answers).await;
        assert_counts(&outcome, passed, failed);
        let sent = "PUT /admin/api/tenants/the%20tenant/settings HTTP/1.1\r\n";
        assert!(requests[0].starts_with(sent), "{requests:?}");
        assert!(requests[0].contains("x-admin-key: the admin_key\r\n"), "{requests:?}");
        assert!(requests[0].ends_with("{\"quotaGb\":500}"), "{requests:?}");
    }
}

#[tokio::test]
async fn the_host_shows_what_is_gone_and_what_the_other_tenant_has() {
    let wanted = json!({
        "user": {"id": "1", "gone": true},
        "other_tenant": {"groups": [{"id": "2", "members": []}]},
    });
    let host_line = with(line("DELETE", "/Users/1", 200), "host_expect", wanted);
    let group = json!({"id": "2", "members": []});
    for (gone, shown, passed, failed) in [
        (404, (200, group.clone()), 1, 0),
        (200, (200, group), 0, 1),
        (404, (404, json!({})), 0, 1),
    ] {
        let answers = vec![(200, json!({})), (gone, json!({})), shown];
        let (outcome, requests) = replay_lines(std::slice::from_ref(&host_line), answers).await;
        assert_counts(&outcome, passed, failed);
        assert!(
            requests[1].starts_with("GET /admin/api/tenants/the%20tenant/users/1 "),
            "{requests:?}"
        );
    }
}
