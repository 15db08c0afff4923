//! The timer for the blocks of fields of HTTP/2.

use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use crate::deadline::Deadline;

/// Follows the frames of a client, and times each block of fields: the head of a request, or its
/// trailers.
///
/// [While a block is unfinished](https://www.rfc-editor.org/rfc/rfc9113#section-4.3) nothing else
/// may come on the connection, so that one that never ends stops every request on it.
#[derive(Debug)]
pub(super) struct BlockTimer {
    place: Place,
    is_in_block: bool,
    /// There while a block is unfinished.
    deadline: Option<Deadline>,
    patience: Duration,
}

/// Where in the stream of frames the next byte is.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// So many bytes are left of what a connection begins with.
    Preface(usize),
    /// So many bytes of the head of a frame are there.
    Head([u8; HEAD_LEN], usize),
    /// So many bytes of a frame are left.
    Payload(usize, Then),
}

/// What the end of a frame means.
#[derive(Clone, Copy, Debug)]
enum Then {
    Nothing,
    BlockEnds,
}

impl BlockTimer {
    /// A timer that allows so much for a block.
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            place: Place::Preface(PREFACE_LEN),
            is_in_block: false,
            deadline: None,
            patience,
        }
    }

    /// Looks at what was received.
    pub(super) fn look(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = match &mut self.place {
                Place::Preface(left) => {
                    let len = rest.len().min(*left);
                    *left -= len;
                    if *left == 0 {
                        self.place = Place::START;
                    }
                    &rest[len..]
                }
                Place::Head(head, n_there) => {
                    let len = rest.len().min(HEAD_LEN - *n_there);
                    head[*n_there..*n_there + len].copy_from_slice(&rest[..len]);
                    *n_there += len;
                    if *n_there == HEAD_LEN {
                        let head = *head;
                        self.frame(head);
                    }
                    &rest[len..]
                }
                Place::Payload(left, then) => {
                    let len = rest.len().min(*left);
                    *left -= len;
                    if *left == 0 {
                        let then = *then;
                        self.frame_ends(then);
                    }
                    &rest[len..]
                }
            };
        }
        self.wind();
    }

    /// Is ready once a block has taken too long.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.deadline {
            Some(deadline) => deadline.poll(cx),
            None => Poll::Pending,
        }
    }

    /// A frame begins, with its length, its type and its flags.
    fn frame(&mut self, head: [u8; HEAD_LEN]) {
        let [long, middle, short, kind, flags, ..] = head;
        let len = usize::from(long) << 16 | usize::from(middle) << 8 | usize::from(short);
        let is_of_block = matches!(kind, HEADERS | CONTINUATION);
        self.is_in_block |= is_of_block;
        let then = match is_of_block && flags & END_HEADERS != 0 {
            true => Then::BlockEnds,
            false => Then::Nothing,
        };
        match len {
            0 => self.frame_ends(then),
            len => self.place = Place::Payload(len, then),
        }
    }

    fn frame_ends(&mut self, then: Then) {
        match then {
            Then::BlockEnds => self.is_in_block = false,
            Then::Nothing => {}
        }
        self.place = Place::START;
    }

    fn wind(&mut self) {
        if !self.is_in_block {
            self.deadline = None;
        } else if self.deadline.is_none() {
            self.deadline = Some(Deadline::new(Instant::now() + self.patience));
        }
    }
}

impl Place {
    const START: Self = Self::Head([0; HEAD_LEN], 0);
}

/// Bytes of [what a client begins with](https://www.rfc-editor.org/rfc/rfc9113#preface).
const PREFACE_LEN: usize = 24;

/// Bytes of [the head of a frame](https://www.rfc-editor.org/rfc/rfc9113#FrameHeader).
const HEAD_LEN: usize = 9;

const HEADERS: u8 = 0x1;
const CONTINUATION: u8 = 0x9;
const END_HEADERS: u8 = 0x4;
