//! A request and its answer as they are kept: without secrets, in one block of text. They are put
//! into the form of the console when somebody looks at them.

use std::net::IpAddr;
use std::ops::Range;
use std::time::SystemTime;

use axum::extract::ConnectInfo;
use chrono::{DateTime, SecondsFormat, Utc};
use http::header::USER_AGENT;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use scimwire::auth::Tenant;

use super::redact::{BODY_BYTES, Mask, shortened};
use super::{Departure, Exchange, Message, Summary};
use crate::hooks::events::Told;
use crate::public_url;

/// The maximum length of the client's name, in characters.
const CLIENT_CHARACTERS: usize = 80;

/// The initial capacity, in bytes: enough for most requests and the head of their response.
const ROOM: usize = 1024;

/// The part of an entry that is known before the response.
pub(super) struct Asked {
    time: SystemTime,
    method: Method,
    address: Option<IpAddr>,
    block: Block,
}

/// A request and its answer.
pub(super) struct Raw {
    asked: Asked,
    pub(super) answered: Answered,
    request: Shape,
    answer: Shape,
}

/// The facts about a response besides its text.
pub(super) struct Answered {
    pub(super) tenant: Option<Tenant>,
    pub(super) status: StatusCode,
    pub(super) micros: u64,
    pub(super) deviations: Vec<Departure>,
    pub(super) changes: Vec<Told>,
}

/// The form in which a body is kept.
#[derive(Default)]
struct Shape {
    /// Its length in bytes.
    length: usize,
    /// `true` if it was put into its form already.
    is_masked: bool,
    /// `true` if that was too long.
    is_cut: bool,
}

/// The parts of the block, in their order.
#[derive(Clone, Copy)]
enum Part {
    Client,
    Path,
    RequestHeaders,
    RequestBody,
    AnswerHeaders,
    AnswerBody,
}

/// Texts behind each other.
struct Block {
    text: Vec<u8>,
    ends: [usize; 6],
}

impl Block {
    fn new() -> Self {
        Self { text: Vec::with_capacity(ROOM), ends: [0; 6] }
    }

    fn end(&mut self, part: Part) {
        self.ends[part as usize] = self.text.len();
    }

    fn part(&self, part: Part) -> &[u8] {
        let index = part as usize;
        let begin = if index == 0 { 0 } else { self.ends[index - 1] };
        let range: Range<usize> = begin..self.ends[index];
        &self.text[range]
    }

    fn text(&self, part: Part) -> String {
        String::from_utf8_lossy(self.part(part)).into_owned()
    }
}

impl Asked {
    /// The head of a request, which came now.
    pub(super) fn of(head: &Parts, mask: &Mask) -> Self {
        let mut block = Block::new();
        let client = head.headers.get(USER_AGENT).map(|client| client.as_bytes());
        // A character has four bytes at most.
        block.text.extend(client.into_iter().flatten().take(4 * CLIENT_CHARACTERS));
        block.end(Part::Client);
        mask.write_path(head.uri.path(), head.uri.query(), &mut block.text);
        block.end(Part::Path);
        Mask::write_headers(&head.headers, &mut block.text);
        block.end(Part::RequestHeaders);
        let peer = head.extensions.get::<ConnectInfo<std::net::SocketAddr>>();
        let address = peer.map(|ConnectInfo(address)| address.ip());
        Self { time: SystemTime::now(), method: head.method.clone(), address, block }
    }

    /// Adds the response, and the body of the request as far as it was read.
    pub(super) fn answered(
        mut self,
        (body, length): (&[u8], usize),
        (headers, answer): (&HeaderMap, &[u8]),
        answered: Answered,
        mask: &Mask,
    ) -> Raw {
        let block = &mut self.block;
        let mut request = Shape { length, ..Shape::default() };
        if mask.may_be_kept(body) {
            block.text.extend_from_slice(body);
        } else {
            let (text, is_cut) = mask.body(body);
            block.text.extend_from_slice(text.as_bytes());
            (request.is_masked, request.is_cut) = (true, is_cut);
        }
        block.end(Part::RequestBody);
        Mask::write_headers(headers, &mut block.text);
        block.end(Part::AnswerHeaders);
        let asked = [block.part(Part::Path), block.part(Part::RequestBody)];
        if Mask::may_quote(asked, answered.status, answer) {
            block.text.extend_from_slice(b"(hidden: it may contain the secret of the request)");
        } else {
            // Three bytes more, so that a character at the end is whole, or seen to be cut.
            block.text.extend_from_slice(&answer[..answer.len().min(BODY_BYTES + 3)]);
        }
        block.end(Part::AnswerBody);
        block.text.shrink_to_fit();
        let answer = Shape { length: answer.len(), ..Shape::default() };
        Raw { asked: self, answered, request, answer }
    }
}

impl Raw {
    /// A line of the list.
    pub(super) fn summary(&self, seq: u64) -> Summary {
        let Asked { time, method, address, block } = &self.asked;
        let Answered { tenant, status, micros, deviations, changes } = &self.answered;
        Summary {
            seq,
            time: DateTime::<Utc>::from(*time).to_rfc3339_opts(SecondsFormat::Millis, true),
            tenant: tenant.as_ref().map(|tenant| tenant.as_str().to_owned()),
            client: block.text(Part::Client).chars().take(CLIENT_CHARACTERS).collect(),
            address: address.map(|address| address.to_string()).unwrap_or_default(),
            method: method.to_string(),
            path: block.text(Part::Path),
            status: status.as_u16(),
            micros: *micros,
            noticed: deviations.len(),
            changed: changes.len(),
        }
    }

    /// All that is kept.
    pub(super) fn exchange(&self, seq: u64, mask: &Mask) -> Exchange {
        let block = &self.asked.block;
        let request_body = if self.request.is_masked {
            (block.text(Part::RequestBody), self.request.is_cut)
        } else {
            mask.body(block.part(Part::RequestBody))
        };
        let (answer_body, is_cut) = Mask::answer(block.part(Part::AnswerBody));
        let answer_body = (answer_body, is_cut || self.answer.length > BODY_BYTES);
        Exchange {
            summary: self.summary(seq),
            request: message(block, Part::RequestHeaders, self.request.length, request_body),
            answer: message(block, Part::AnswerHeaders, self.answer.length, answer_body),
            deviations: self.answered.deviations.clone(),
            changes: self.answered.changes.clone(),
        }
    }

    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let Answered { deviations, changes, .. } = &self.answered;
        let departures =
            deviations.iter().map(|departure| size_of::<Departure>() + departure.words.len());
        let changes = changes.iter().map(Told::bytes);
        size_of::<Self>()
            + self.asked.block.text.capacity()
            + departures.chain(changes).sum::<usize>()
    }

    /// Those without a tenant are seen by whomever they may have been meant for.
    pub(super) fn is_seen_by(&self, tenant: &Tenant) -> bool {
        if let Some(own) = &self.answered.tenant {
            return own == tenant;
        }
        let path = self.asked.block.text(Part::Path);
        public_url::tenant_in(&path).is_none_or(|meant| meant == tenant.as_str())
    }
}

fn message(block: &Block, headers: Part, length: usize, (body, cut): (String, bool)) -> Message {
    let line = |line: &[u8]| {
        let line = String::from_utf8_lossy(line);
        let (name, value) = line.split_once(": ").unwrap_or((&line, ""));
        (name.to_owned(), shortened(value))
    };
    let lines = block.part(headers).split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    Message { headers: lines.map(line).collect(), body, length, cut }
}
