//! Whose request it is that comes through a reverse proxy.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;

const FORWARDED_FOR: &str = "X-Forwarded-For";

/// The proxies that are believed.
pub(crate) type Proxies = Arc<[IpAddr]>;

/// Puts the address of the client in the place of that of the proxy, so that wrong passwords are
/// counted for the client, and the activity page shows it. Only proxies of ours are believed:
/// anybody can send such a header.
pub(crate) async fn trust_proxy(
    State(proxies): State<Proxies>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied()
    {
        let address = client(peer.ip(), request.headers(), &proxies);
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, peer.port())));
    }
    next.run(request).await
}

/// Each proxy adds the address that it was asked from. So the header is read from its end, and no
/// further than to the first that is not a proxy of ours: what stands before may be made up.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let lines = headers.get_all(FORWARDED_FOR).iter().rev();
    let mut hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    let mut address = peer.to_canonical();
    while proxies.contains(&address) {
        match hops.next().and_then(read) {
            Some(hop) => address = hop,
            None => break,
        }
    }
    address
}

/// An address as proxies write it: some with a port, and IPv6 in brackets then.
fn read(hop: &[u8]) -> Option<IpAddr> {
    let hop = std::str::from_utf8(hop).ok()?.trim();
    let address = hop.parse().or_else(|_| hop.parse().map(|socket: SocketAddr| socket.ip()));
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']'));
    address.ok().or_else(|| bare?.parse().ok()).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_proxies_of_ours_are_believed_and_only_what_they_have_added() {
        let proxies =
            ["127.0.0.1", "10.0.0.2", "::1"].map(|text| text.parse().expect("an address"));
        for (peer, lines, expected) in [
            ("203.0.113.9", &["192.0.2.1"][..], "203.0.113.9"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            ("::ffff:127.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            ("127.0.0.1", &["198.51.100.7, 192.0.2.1"], "192.0.2.1"),
            ("127.0.0.1", &["198.51.100.7", "192.0.2.1"], "192.0.2.1"),
            ("127.0.0.1", &["192.0.2.1 ,10.0.0.2"], "192.0.2.1"),
            ("::1", &["192.0.2.1:4711"], "192.0.2.1"),
            ("::1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("::1", &["[2001:db8::1]"], "2001:db8::1"),
            ("::1", &["2001:db8::1"], "2001:db8::1"),
            // An invalid address ends the search: those before it may be forged.
            ("127.0.0.1", &["192.0.2.1, unknown"], "127.0.0.1"),
            ("127.0.0.1", &["192.0.2.1", "\u{fc}"], "127.0.0.1"),
            ("127.0.0.1", &["192.0.2.1", "\u{fc}, 10.0.0.2"], "10.0.0.2"),
            ("127.0.0.1", &[""], "127.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(
                    FORWARDED_FOR,
                    HeaderValue::from_bytes(line.as_bytes()).expect("a header"),
                );
            }
            let address = client(peer.parse().expect("an address"), &headers, &proxies);
            assert_eq!(address.to_string(), expected, "{peer} {lines:?}");
        }
    }
}
