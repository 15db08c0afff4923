//! The paths that exist at a route, by their templates.

use std::sync::Arc;

use crate::path;
use crate::routes::Route;

/// What exists at a route: for each path a route of its own, with its methods.
#[derive(Debug)]
pub(crate) struct Api {
    /// Segments of the route's path, which come before.
    n_segments: usize,
    root: Node,
}

#[derive(Debug, Default)]
struct Node {
    route: Option<Arc<Route>>,
    /// Segments without a template, sorted.
    literals: Vec<(Box<str>, Self)>,
    /// Segments with templates in them, in the order of the document.
    patterns: Vec<(Pattern, Self)>,
}

/// A segment with templates: what stands before, between and after them.
#[derive(Debug, PartialEq, Eq)]
struct Pattern(Box<[Box<str>]>);

impl Api {
    pub(crate) fn new(path: &str) -> Self {
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        Self {
            n_segments: segments.count(),
            root: Node::default(),
        }
    }

    pub(crate) fn insert(&mut self, template: &str, route: Arc<Route>) {
        let mut node = &mut self.root;
        for segment in template.split('/').skip(1) {
            node = node.child(segment);
        }
        node.route = Some(route);
    }

    /// What exists at a path, which is normalized and begins with the route's.
    pub(crate) fn find(&self, path: &str) -> Option<&Arc<Route>> {
        let mut segments = path.split('/').skip(1);
        for _ in 0..self.n_segments {
            segments.next();
        }
        let rest: Vec<&str> = segments.take(MAX_SEGMENTS + 1).collect();
        match rest.as_slice() {
            // The route's own path, without a slash after it, is the document's `/`.
            [] => self.root.find(&[""]),
            rest if rest.len() > MAX_SEGMENTS => None,
            rest => self.root.find(rest),
        }
    }
}

impl Node {
    /// The place of a segment of a template, made if it is not there.
    fn child(&mut self, segment: &str) -> &mut Self {
        if segment.contains('{') {
            let pattern = Pattern::new(segment);
            let position = self.patterns.iter().position(|(it, _)| *it == pattern);
            let position = position.unwrap_or_else(|| {
                self.patterns.push((pattern, Self::default()));
                self.patterns.len() - 1
            });
            return &mut self.patterns[position].1;
        }
        let segment = path::normalized(segment);
        let position = self
            .literals
            .binary_search_by(|(it, _)| (**it).cmp(&segment));
        let position = position.unwrap_or_else(|position| {
            let literal = (segment.as_ref().into(), Self::default());
            self.literals.insert(position, literal);
            position
        });
        &mut self.literals[position].1
    }

    /// A segment that is written out comes before one with templates.
    fn find(&self, segments: &[&str]) -> Option<&Arc<Route>> {
        let Some((segment, rest)) = segments.split_first() else {
            return self.route.as_ref();
        };
        let literal = self
            .literals
            .binary_search_by(|(it, _)| (**it).cmp(segment));
        let literal = literal.ok().and_then(|it| self.literals[it].1.find(rest));
        literal.or_else(|| {
            let mut matching = self.patterns.iter().filter(|(it, _)| it.matches(segment));
            matching.find_map(|(_, node)| node.find(rest))
        })
    }
}

impl Pattern {
    fn new(segment: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = segment;
        while let Some((before, after)) = rest.split_once('{') {
            parts.push(path::normalized(before).into());
            rest = after.split_once('}').map_or("", |(_name, after)| after);
        }
        parts.push(path::normalized(rest).into());
        Self(parts.into())
    }

    /// Each template takes at least one byte.
    fn matches(&self, segment: &str) -> bool {
        let [first, between @ .., last] = &*self.0 else {
            return false;
        };
        let Some(mut rest) = segment
            .strip_prefix(&**first)
            .and_then(|it| it.strip_suffix(&**last))
        else {
            return false;
        };
        for part in between {
            let after = rest.char_indices().nth(1).map_or("", |(at, _)| &rest[at..]);
            let Some(at) = after.find(&**part) else {
                return false;
            };
            rest = &after[at + part.len()..];
        }
        !rest.is_empty()
    }
}

/// Segments of a path below a route; a document with more has none that anyone can remember.
const MAX_SEGMENTS: usize = 32;
