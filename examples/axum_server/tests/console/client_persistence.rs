//! OAuth 2 clients and their tokens after a restart, after they expired, and in two processes.

use tempfile::TempDir;

use crate::administrator::{Administrator, FLAGS};
use crate::oauth_client::{CALLBACK, CLIENTS, Made, granted, listed, refused, status, text};
use crate::support::demo::Demo;

#[tokio::test]
async fn clients_and_consents_outlive_a_restart() {
    let folder = TempDir::new().expect("a folder");
    let database = format!("sqlite:{}", folder.path().join("scim.db").display());
    let start = || Demo::start(&[FLAGS, &["--database", &database]].concat());
    let demo = start();
    let administrator = Administrator::sign_in(&demo).await;
    let before = Made::new(&demo, &administrator, &[CALLBACK]).await;
    let (first, copied) = (before.allowed().await, before.allowed().await);
    let second = granted(&before.refresh(&first).await);
    let unused = granted(&before.refresh(&copied).await);
    let code = before.code().await;
    drop(demo);

    let demo = start();
    let (administrator, client) = (Administrator::sign_in(&demo).await, before.at(&demo));
    assert_eq!(status(client.at, &second).await, 200, "the access token is good");
    granted(&client.redeem(&code).await);
    let third = granted(&client.refresh(&second).await);
    assert_eq!(status(client.at, &third).await, 200);
    refused(&client.refresh(&copied).await, 400, "invalid_grant");
    assert_eq!(
        status(client.at, &unused).await,
        401,
        "a copy was recognized, and all that came of it has ended"
    );
    refused(&client.refresh(&unused).await, 400, "invalid_grant");
    assert_eq!(listed(&administrator, &client.id).await["grants"], 2);
    let files = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|file| file.expect("a file").path());
    let kept: String = files
        .map(|file| String::from_utf8_lossy(&std::fs::read(file).expect("it is read")).into_owned())
        .collect();
    assert!(kept.contains(&client.id), "it is kept there");
    for secret in
        [&client.secret, text(&third, "refresh_token"), text(&third, "access_token"), &code]
    {
        assert!(!kept.contains(secret), "secrets are kept as hashes");
    }

    drop(demo);
    let demo = start();
    let (administrator, client) = (Administrator::sign_in(&demo).await, before.at(&demo));
    assert_eq!(
        administrator.send("DELETE", &format!("{CLIENTS}/{}", client.id), None).await.status,
        204
    );
    assert_eq!(
        status(client.at, &third).await,
        401,
        "what was given before the start is known to be its"
    );
}

#[tokio::test]
async fn what_has_expired_is_forgotten() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("scim.db");
    let database = format!("sqlite:{}", file.display());
    let short = ["--oauth-token-lifetime", "0", "--oauth-refresh-lifetime", "0"];
    let demo = Demo::start(&[FLAGS, &["--database", &database], &short].concat());
    let before = Made::new(&demo, &Administrator::sign_in(&demo).await, &[CALLBACK]).await;
    before.allowed().await;
    granted(&before.own_token().await);
    drop(demo);

    // A grant is kept as long as its access tokens may be good.
    let demo = Demo::start(&[FLAGS, &["--database", &database], &short].concat());
    granted(&before.at(&demo).own_token().await);
    drop(demo);
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display()))
        .await
        .expect("it can be opened");
    let count = async |table: &str| {
        let count = format!("SELECT count(*) FROM {table}");
        sqlx::query_scalar::<_, i64>(&count).fetch_one(&pool).await.expect("it can be read")
    };
    let kept = (count("host_token").await, count("oauth_grant").await);
    assert_eq!(kept, (1, 0), "the token that was made last, and no grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_one_uses_a_refresh_token() {
    let folder = TempDir::new().expect("a folder");
    let database = format!("sqlite:{}", folder.path().join("scim.db").display());
    let start = || Demo::start(&[FLAGS, &["--database", &database]].concat());
    let (one, two) = (start(), start());
    let administrator = Administrator::sign_in(&one).await;
    let here = Made::new(&one, &administrator, &[CALLBACK]).await;
    let there = here.at(&two);
    for _ in 0..5 {
        let tokens = granted(&there.redeem(&here.code().await).await);
        let (first, second) = tokio::join!(here.refresh(&tokens), there.refresh(&tokens));
        let (given, other) = if first.status == 200 { (first, second) } else { (second, first) };
        refused(&other, 400, "invalid_grant");
        let given = granted(&given);
        assert_eq!(
            (status(one.address(), &given).await, status(two.address(), &given).await),
            (401, 401)
        );
        refused(&there.refresh(&given).await, 400, "invalid_grant");
    }
}
