use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll, Waker};

use super::*;
use crate::auth::Permissions;

#[derive(Clone, Default)]
struct TestClock(Arc<AtomicI64>);

impl TestClock {
    fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::Relaxed), 0).expect("a time")
    }
}

/// Nothing in these tests waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

fn tokens() -> (Tokens, TestClock) {
    let clock = TestClock::default();
    (Tokens::new(MemoryTokens::default()).with_clock(clock.clone()), clock)
}

fn acme() -> TokenGrant {
    TokenGrant::new("acme").expires_in(Duration::from_secs(1000))
}

/// Whose token it is, if it is good.
fn tenant(tokens: &Tokens, token: &Secret) -> Option<String> {
    match now(tokens.validate(token)) {
        Ok(cx) => Some(cx.tenant().to_string()),
        Err(AuthError::Unauthenticated { .. }) => None,
        Err(err) => panic!("{err}"),
    }
}

#[test]
fn a_token_is_random_and_only_its_hash_is_kept() {
    // P-7.4-01, P-7.4-02
    let (tokens, _) = tokens();
    let (one, other) =
        (now(tokens.issue(acme())).expect("a token"), now(tokens.issue(acme())).expect("a token"));
    assert_ne!(one.secret.expose(), other.secret.expose());
    assert_ne!(one.record.id, other.record.id);
    let random = one.secret.expose().strip_prefix(PREFIX).expect("a prefix that scanners know");
    assert_eq!(URL_SAFE_NO_PAD.decode(random).expect("base64").len(), 32);
    assert_eq!(one.record.hash, TokenHash::new(&one.secret));
    assert_ne!(one.record.hash, other.record.hash);
    let shown = format!("{one:?} {:?} {tokens:?}", now(tokens.list(&"acme".into())));
    assert!(!shown.contains(random), "{shown}");
    assert_eq!(tenant(&tokens, &one.secret).as_deref(), Some("acme"));
}

#[test]
fn hashes_are_those_of_sha_256() {
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let hash = TokenHash::new(&Secret::from("abc"));
    let hex: String = hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, abc);
    assert_eq!(TokenHash::from(*hash.as_bytes()), hash);
    let mut other = *hash.as_bytes();
    for index in [0, 31] {
        other[index] ^= 1;
        assert_ne!(TokenHash::from(other), hash);
        other[index] ^= 1;
    }
}

#[test]
fn hashes_compare_in_constant_time() {
    // P-7.4-02: by construction, since time cannot be asserted.
    let source = include_str!("hash.rs");
    assert!(source.contains("self.0.ct_eq(&other.0).into()"));
    assert!(!source.lines().any(|line| line.contains("derive") && line.contains("PartialEq")));
}

#[test]
fn what_is_not_quite_the_token_is_none() {
    let (tokens, _) = tokens();
    let issued = now(tokens.issue(acme())).expect("a token");
    let text = issued.secret.expose();
    for wrong in [
        "",
        "x",
        &text.to_uppercase(),
        &format!("{text}="),
        &format!("\"{text}\""),
        &text[1..],
        &format!(" {text}"),
    ] {
        assert_eq!(tenant(&tokens, &Secret::from(wrong)), None, "{wrong}");
    }
}

#[test]
fn a_token_ends() {
    // P-7.4-01
    let (tokens, clock) = tokens();
    let issued = now(tokens.issue(acme())).expect("a token");
    let by_default = now(tokens.issue(TokenGrant::new("acme"))).expect("a token");
    let endless = now(tokens.issue(TokenGrant::new("acme").never_expires())).expect("a token");
    let longest =
        now(tokens.issue(TokenGrant::new("acme").expires_in(Duration::MAX))).expect("a token");
    let stillborn =
        now(tokens.issue(TokenGrant::new("acme").expires_in(Duration::ZERO))).expect("a token");
    let live = |token: &IssuedToken| tenant(&tokens, &token.secret).is_some();
    let all = || [&issued, &by_default, &endless, &longest, &stillborn].map(live);
    clock.advance(999);
    assert_eq!(all(), [true, true, true, true, false]);
    clock.advance(1);
    assert_eq!(all(), [false, true, true, true, false]);
    clock.advance(366 * 24 * 3600);
    assert_eq!(all(), [false, false, true, true, false]);
}

#[test]
fn a_revoked_token_is_none_and_others_stay() {
    let (tokens, _) = tokens();
    let (one, other) =
        (now(tokens.issue(acme())).expect("a token"), now(tokens.issue(acme())).expect("a token"));
    let id = &one.record.id;
    for (tenant, id) in [("other", id.as_str()), ("acme", "nothing")] {
        assert!(matches!(now(tokens.revoke(&tenant.into(), id)), Err(TokenError::Unknown)));
    }
    assert_eq!(
        tenant(&tokens, &one.secret).as_deref(),
        Some("acme"),
        "nobody revokes the tokens of others"
    );
    now(tokens.revoke(&"acme".into(), id)).expect("it is there");
    assert_eq!(tenant(&tokens, &one.secret), None);
    assert_eq!(tenant(&tokens, &other.secret).as_deref(), Some("acme"));
}

#[test]
fn a_token_can_end_after_a_while_and_never_ends_later_than_it_would() {
    let (tokens, clock) = tokens();
    let (some, endless) = (
        now(tokens.issue(acme())).expect("a token"),
        now(tokens.issue(acme().never_expires())).expect("a token"),
    );
    let expire = |tenant: &str, token: &IssuedToken, after| {
        now(tokens.expire(&tenant.into(), &token.record.id, Duration::from_secs(after)))
    };
    assert!(matches!(expire("other", &some, 0), Err(TokenError::Unknown)));
    expire("acme", &some, u64::MAX).expect("it is there");
    expire("acme", &endless, 1100).expect("it is there");
    let live = || [&some, &endless].map(|token| tenant(&tokens, &token.secret).is_some());
    for (seconds, expected) in
        [(999, [true, true]), (1, [false, true]), (99, [false, true]), (1, [false, false])]
    {
        clock.advance(seconds);
        assert_eq!(live(), expected);
    }
}

#[test]
fn rotation_leaves_the_old_token_for_a_while() {
    let (tokens, clock) = tokens();
    let reading = Permissions::read_only();
    let old = now(tokens.issue(acme().with_permissions(reading))).expect("a token");
    clock.advance(100);
    let rotate = |tenant: &str, id: &str, overlap| {
        now(tokens.rotate(&tenant.into(), id, Duration::from_secs(overlap)))
    };
    assert!(matches!(rotate("other", &old.record.id, 10), Err(TokenError::Unknown)));
    let new = rotate("acme", &old.record.id, 10).expect("another token");
    assert_eq!(new.record.permissions, reading);
    assert_eq!(
        new.record.expires_at,
        DateTime::from_timestamp(1100, 0),
        "as long as the old one was to be"
    );
    let live = || [&old, &new].map(|token| tenant(&tokens, &token.secret).is_some());
    clock.advance(9);
    assert_eq!(live(), [true, true]);
    clock.advance(1);
    assert_eq!(live(), [false, true]);
    assert!(matches!(rotate("acme", &old.record.id, 10), Err(TokenError::Unknown)), "it has ended");

    let last = rotate("acme", &new.record.id, u64::MAX).expect("another token");
    let ends = |token: &IssuedToken| {
        let records = now(tokens.list(&"acme".into())).expect("the records");
        records
            .into_iter()
            .find(|record| record.id == token.record.id)
            .expect("it is listed")
            .expires_at
    };
    assert_eq!(
        ends(&new),
        DateTime::from_timestamp(1100, 0),
        "no overlap makes a token live longer"
    );
    assert_eq!(ends(&last), DateTime::from_timestamp(1110, 0));
}

#[test]
fn tokens_from_elsewhere_are_somebodys_once() {
    let (tokens, _) = tokens();
    let token = Secret::from("from a configuration");
    let record = now(tokens.import(&token, acme())).expect("nobody has it");
    assert_eq!(tenant(&tokens, &token).as_deref(), Some("acme"));
    assert!(matches!(now(tokens.import(&token, TokenGrant::new("other"))), Err(TokenError::Taken)));
    assert_eq!(tenant(&tokens, &token).as_deref(), Some("acme"));
    assert_eq!(now(tokens.list(&"acme".into())).expect("the records").len(), 1);
    assert_eq!(now(tokens.list(&"other".into())).expect("the records"), []);
    assert_eq!(
        now(tokens.validate(&token)).expect("it is good").principal(),
        Some(record.id.as_str())
    );
}

#[test]
fn the_last_use_is_kept_to_within_a_minute() {
    let (tokens, clock) = tokens();
    let issued = now(tokens.issue(acme())).expect("a token");
    let last_used = || {
        now(tokens.list(&"acme".into())).expect("the records")[0]
            .last_used_at
            .map(|time| time.timestamp())
    };
    assert_eq!(last_used(), None);
    for (seconds, expected) in [(5, 5), (59, 5), (1, 65), (60, 125)] {
        clock.advance(seconds);
        tenant(&tokens, &issued.secret);
        assert_eq!(last_used(), Some(expected));
    }
}

/// A store that finds more than it is asked for, or nothing because it is down.
struct Odd {
    found: Option<TokenRecord>,
}

#[async_trait]
impl TokenStore for Odd {
    async fn find(
        &self,
        _: &TokenHash,
    ) -> Result<Option<TokenRecord>, Box<dyn StdError + Send + Sync>> {
        self.found.clone().map(Some).ok_or_else(|| "the database is down".into())
    }

    async fn insert(&self, _: TokenRecord) -> Result<bool, Box<dyn StdError + Send + Sync>> {
        Err("the database is down".into())
    }

    async fn expire(
        &self,
        _: &Tenant,
        _: &str,
        _: DateTime<Utc>,
    ) -> Result<bool, Box<dyn StdError + Send + Sync>> {
        Err("the database is down".into())
    }

    async fn list(&self, _: &Tenant) -> Result<Vec<TokenRecord>, Box<dyn StdError + Send + Sync>> {
        Ok(self.found.clone().into_iter().collect())
    }
}

#[test]
fn a_record_of_another_token_is_not_believed() {
    // P-7.4-02
    let record =
        TokenRecord::new("1", TokenHash::new(&Secret::from("abc")), "acme", DateTime::UNIX_EPOCH);
    let tokens = Tokens::new(Odd { found: Some(record) });
    assert_eq!(tenant(&tokens, &Secret::from("ABC")), None);
    assert_eq!(tenant(&tokens, &Secret::from("abc")).as_deref(), Some("acme"));
    let rotated = now(tokens.rotate(&"other".into(), "1", Duration::ZERO));
    assert!(matches!(rotated, Err(TokenError::Unknown)), "a record of another tenant");
}

#[test]
fn a_store_that_is_down_is_no_wrong_token() {
    let tokens = Tokens::new(Odd { found: None });
    let refused =
        now(tokens.validate(&Secret::from("abc"))).map(|_| ()).expect_err("nobody can know");
    assert!(
        matches!(&refused, AuthError::Unavailable(source) if source.to_string() == "the database is down")
    );
    assert!(matches!(now(tokens.issue(acme())), Err(TokenError::Store(_))));
    assert!(matches!(now(tokens.revoke(&"acme".into(), "1")), Err(TokenError::Store(_))));
}

#[test]
fn tokens_that_ended_long_ago_make_room() {
    let (tokens, clock) = tokens();
    let lasting = now(tokens.issue(acme().never_expires())).expect("a token");
    for _ in 0..10 {
        now(tokens.issue(acme())).expect("a token");
    }
    let listed = || now(tokens.list(&"acme".into())).expect("a list").len();
    clock.advance(1000 + 24 * 3600 - 1);
    now(tokens.issue(acme())).expect("a token");
    assert_eq!(listed(), 12, "for a day it is shown that they have ended");
    clock.advance(1);
    now(tokens.issue(acme())).expect("a token");
    assert_eq!(listed(), 3);
    assert_eq!(tenant(&tokens, &lasting.secret).as_deref(), Some("acme"));
}
