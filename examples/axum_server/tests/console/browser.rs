//! A browser that shows the console: Debian's `chromium` and `chromium-driver`.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::administrator::PASSWORD;

const PATIENCE: Duration = Duration::from_secs(60);

/// The height of a picture, in pixels, is at most this.
const TALLEST: u32 = 2400;

const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-device-scale-factor=1",
];

/// A window. It is closed by [`run`].
#[derive(Clone)]
pub(crate) struct Browser {
    client: Client,
    address: SocketAddr,
}

/// The program that drives the browser; ended when dropped.
struct Driver {
    process: Child,
    port: u16,
    profile: PathBuf,
}

/// Lets `walk` walk through the console at that address in a window that prefers dark or light;
/// says so and does nothing where there is no browser.
pub(crate) async fn run<F>(address: SocketAddr, dark: bool, walk: impl FnOnce(Browser) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let Some(driver) = Driver::start() else {
        assert!(
            env::var_os("SCIMWIRE_REQUIRE_CHROMIUM").is_none(),
            "chromium and chromedriver have to be there"
        );
        println!(
            "skipped: there is no chromium with its chromedriver (Debian: `apt-get install chromium chromium-driver`)"
        );
        return;
    };
    let client = driver.open(dark).await;
    // In a task of its own, so that the window is closed whatever becomes of it.
    let walked = tokio::spawn(walk(Browser { client: client.clone(), address })).await;
    let closed = client.close().await;
    drop(driver);
    if let Err(err) = walked {
        std::panic::resume_unwind(err.into_panic());
    }
    closed.expect("the window can be closed");
}

impl Browser {
    pub(crate) async fn sign_in(&self) {
        self.go("/console/").await;
        self.write("#password", PASSWORD).await;
        self.click("#sign-in").await;
        self.find("header nav").await;
    }

    pub(crate) async fn go(&self, path: &str) {
        self.client.goto(&format!("http://{}{path}", self.address)).await.expect("the page loads");
    }

    /// Goes to a page of the console, and waits until something is on it.
    pub(crate) async fn visit(&self, page: &str, until: &str) {
        // By way of the script, since a change of the fragment alone loads no page.
        let script = "document.querySelector('#main')?.replaceChildren(); location.hash = arguments[0]; dispatchEvent(new HashChangeEvent('hashchange'));";
        self.client.execute(script, vec![json!(page)]).await.expect("a script of ours");
        self.find(until).await;
    }

    pub(crate) async fn find(&self, selector: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
        match found {
            Ok(element) => element,
            Err(err) => panic!("`{selector}` is not there: {err}\n{}", self.text().await),
        }
    }

    pub(crate) async fn click(&self, selector: &str) {
        let element = self.find(selector).await;
        // The driver would scroll it to the top of the window, where the bar is.
        let script = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center' });";
        self.client.execute(script, vec![json!(selector)]).await.expect("a script of ours");
        element.click().await.unwrap_or_else(|err| panic!("`{selector}`: {err}"));
    }

    pub(crate) async fn write(&self, selector: &str, text: &str) {
        let element = self.find(selector).await;
        element.clear().await.expect("it can be written to");
        element.send_keys(text).await.expect("it can be written to");
    }

    /// Chooses from a list.
    pub(crate) async fn choose(&self, selector: &str, value: &str) {
        self.find(selector)
            .await
            .select_by_value(value)
            .await
            .unwrap_or_else(|err| panic!("`{selector}`: {err}"));
    }

    /// Waits until the page has such a text.
    pub(crate) async fn read(&self, text: &str) {
        let script = format!("document.body.innerText.includes({})", json!(text));
        self.until(&script).await;
    }

    /// Waits until an expression of JavaScript is true.
    pub(crate) async fn until(&self, expression: &str) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.value(expression).await != json!(true) {
            assert!(
                tokio::time::Instant::now() < deadline,
                "never true: {expression}\n{}",
                self.text().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What an expression of JavaScript is.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        self.client
            .execute(&format!("return {expression};"), vec![])
            .await
            .expect("a script of ours")
    }

    pub(crate) async fn text(&self) -> String {
        self.value("document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    pub(crate) async fn forget_cookies(&self) {
        self.client.delete_all_cookies().await.expect("they are the browser's");
    }

    /// Where the window is.
    pub(crate) async fn place(&self) -> String {
        self.client.current_url().await.expect("it is somewhere").to_string()
    }

    pub(crate) async fn back(&self) {
        self.client.back().await.expect("there is a page before");
    }

    pub(crate) async fn reload(&self) {
        self.client.refresh().await.expect("the page loads");
    }

    pub(crate) async fn size(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.expect("the window has a size");
    }

    /// Keeps a picture of the whole page in `target/console`.
    pub(crate) async fn picture(&self, name: &str) {
        let size =
            self.value("[innerWidth, outerHeight, document.documentElement.scrollHeight + outerHeight - innerHeight]").await;
        let [width, height, whole] = [0, 1, 2]
            .map(|index| size[index].as_u64().and_then(|it| u32::try_from(it).ok()).unwrap_or(900));
        self.size(width, whole.clamp(height, TALLEST)).await;
        let picture = self.client.screenshot().await.expect("a picture");
        self.size(width, height).await;
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .parent()
            .expect("it is inside the target folder")
            .join("console");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(folder.join(format!("{name}.png")), picture))
            .expect("it can be written");
    }

    /// Each of those elements that is seen ends inside its card and the window, with all that it
    /// holds.
    pub(crate) async fn inside(&self, selector: &str) {
        let script = "const seen = [...document.querySelectorAll(arguments[0])].filter((it) => it.getClientRects().length);
            const far = seen.filter((it) => {
                const range = document.createRange();
                range.selectNode(it);
                const right = Math.max(...[...range.getClientRects()].map((box) => box.right));
                return right > Math.min(innerWidth, it.closest('.card, dialog').getBoundingClientRect().right) + 0.5;
            });
            return [seen.length, far.map((it) => it.textContent)];";
        let found =
            self.client.execute(script, vec![json!(selector)]).await.expect("a script of ours");
        assert!(found[0].as_u64() > Some(0), "`{selector}` is not there");
        assert_eq!(found[1], json!([]), "`{selector}` ends outside");
    }

    /// Presses the Enter key there.
    pub(crate) async fn enter(&self, selector: &str) {
        self.find(selector).await.send_keys("\u{e007}").await.expect("it takes keys");
    }

    /// Nothing is wider than the window.
    pub(crate) async fn fits(&self, page: &str) {
        let widths = self.value("[document.documentElement.scrollWidth, innerWidth]").await;
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "{page}: {widths}");
    }
}

impl Driver {
    /// Starts the driver on a port that the system chooses, which it prints.
    fn start() -> Option<Self> {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut process = match driver {
            Ok(process) if is_there("chromium") => process,
            Ok(mut process) => {
                process
                    .kill()
                    .and_then(|()| process.wait())
                    .expect("a process of ours can be ended");
                return None;
            }
            Err(err) if err.kind() == io::ErrorKind::NotFound => return None,
            Err(err) => panic!("chromedriver: {err}"),
        };
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let port = lines.find_map(|line| {
            let line = line.ok()?;
            line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
        });
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let profile = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("chromium-{}-{number}", std::process::id()));
        fs::create_dir_all(&profile).expect("the target folder can be written");
        Some(Self { process, port: port.expect("it says where it listens"), profile })
    }

    async fn open(&self, dark: bool) -> Client {
        let profile = format!("--user-data-dir={}", self.profile.display());
        let scheme = format!("--blink-settings=preferredColorScheme={}", if dark { 0 } else { 1 });
        let arguments: Vec<&str> =
            FLAGS.iter().copied().chain([profile.as_str(), scheme.as_str()]).collect();
        let capabilities: Capabilities = serde_json::from_value(json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
        }))
        .expect("an object");
        let url = format!("http://127.0.0.1:{}", self.port);
        let client =
            ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&url).await;
        client.unwrap_or_else(|err| panic!("chromium does not start: {err}"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Fails only where it has ended by itself, or the browser still writes; the folder is below
        // `target`.
        let _: io::Result<()> = self.process.kill();
        let _: io::Result<ExitStatus> = self.process.wait();
        let _: io::Result<()> = fs::remove_dir_all(&self.profile);
    }
}

fn is_there(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
