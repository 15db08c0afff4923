//! As much of YAML as it takes to read an OpenAPI document, and so JSON too, which is part of it.

use saphyr_parser::{Event, Marker, Parser, ScanError, StrInput};

/// A value of a document.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Text(String),
    Map(Vec<Entry>),
    /// Nothing of it is needed.
    List,
    Alias,
}

/// A key of a map, and what it has.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) place: Place,
    pub(crate) value: Node,
}

/// A line and a column, from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Why a document cannot be read.
#[derive(Debug)]
pub(crate) struct Malformed {
    pub(crate) place: Place,
    pub(crate) message: String,
}

impl Node {
    /// The value of a key, if this is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let entry = self.entries().iter().find(|it| it.key == key);
        entry.map(|it| &it.value)
    }

    /// The entries of a map; none, if this is no map.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            Kind::Text(_) | Kind::List | Kind::Alias => &[],
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            Kind::Map(_) | Kind::List | Kind::Alias => None,
        }
    }

    pub(crate) fn is_alias(&self) -> bool {
        matches!(self.kind, Kind::Alias)
    }
}

/// Parses the first document of a text.
///
/// An alias is not put in place of what it stands for: a few lines of aliases can stand for more
/// than any memory holds.
pub(crate) fn parse(text: &str) -> Result<Node, Malformed> {
    let plain = without_surrogates(text);
    let mut builder = Builder {
        parser: Parser::new_from_str(&plain),
        n_nodes: 0,
    };
    loop {
        let (event, place) = builder.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            event => return builder.node(event, place, 0),
        }
    }
}

struct Builder<'t> {
    parser: Parser<'t, StrInput<'t>>,
    n_nodes: usize,
}

impl<'t> Builder<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Place), Malformed> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, place(&span.start))),
            Some(Err(error)) => Err(error.into()),
            None => Err(Malformed {
                place: Place { line: 1, column: 1 },
                message: "it ends too soon".to_owned(),
            }),
        }
    }

    fn node(&mut self, event: Event<'t>, place: Place, depth: usize) -> Result<Node, Malformed> {
        self.n_nodes += 1;
        if depth > MAX_DEPTH || self.n_nodes > MAX_NODES {
            let message = "it is nested too deep, or has too many values".to_owned();
            return Err(Malformed { place, message });
        }
        let kind = match event {
            Event::Scalar(text, ..) => Kind::Text(text.into_owned()),
            Event::Alias(_) => Kind::Alias,
            Event::SequenceStart(..) => self.list(depth)?,
            Event::MappingStart(..) => self.map(depth)?,
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => {
                let message = "there is nothing".to_owned();
                return Err(Malformed { place, message });
            }
        };
        Ok(Node { place, kind })
    }

    fn list(&mut self, depth: usize) -> Result<Kind, Malformed> {
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Kind::List),
                (event, place) => drop(self.node(event, place, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Kind, Malformed> {
        let mut entries = Vec::new();
        loop {
            let (event, place) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok(Kind::Map(entries));
            }
            let key = self.node(event, place, depth + 1)?;
            let (event, at) = self.next()?;
            let value = self.node(event, at, depth + 1)?;
            if let Kind::Text(key) = key.kind {
                entries.push(Entry { key, place, value });
            }
        }
    }
}

impl From<ScanError> for Malformed {
    fn from(error: ScanError) -> Self {
        Self {
            place: place(error.marker()),
            message: error.info().to_owned(),
        }
    }
}

fn place(marker: &Marker) -> Place {
    Place {
        line: marker.line(),
        column: marker.col() + 1,
    }
}

/// The text with other characters where JSON spells one by two escapes, which YAML does not know.
///
/// They stand in prose alone, and what follows stays in its place.
fn without_surrogates(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        let digits = rest.get(at + 2..at + 6).unwrap_or_default();
        let unit = u32::from_str_radix(digits, 16).unwrap_or_default();
        let is_half = (0xd800..0xe000).contains(&unit);
        let (before, after) = rest.split_at(at + if is_half { 6 } else { 2 });
        plain.push_str(&before[..at]);
        plain.push_str(if is_half { "\\uFFFD" } else { "\\u" });
        rest = after;
    }
    plain + rest
}

/// How deep values may be nested. Schemas are nested, and few deeper than twenty.
const MAX_DEPTH: usize = 128;

/// How many values a document may have; the largest published ones have half a million.
const MAX_NODES: usize = 4 * 1024 * 1024;
