//! The pets, in the order of their numbers.

use serde::{Deserialize, Serialize};

/// A pet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Pet {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) kind: String,
}

/// What a caller says about a pet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) kind: String,
}

/// All pets. A number is never given twice.
#[derive(Debug)]
pub(crate) struct Pets {
    pets: Vec<Pet>,
    next_id: u32,
}

impl Default for Pets {
    fn default() -> Self {
        let mut it = Self {
            pets: Vec::new(),
            next_id: 1,
        };
        for (name, kind) in FIRST_PETS {
            it.add(Draft {
                name: name.to_owned(),
                kind: kind.to_owned(),
            });
        }
        it
    }
}

impl Pets {
    pub(crate) fn len(&self) -> usize {
        self.pets.len()
    }

    /// A page of the list. Pages count from 1; past the end they are empty.
    pub(crate) fn page(&self, page: usize, per_page: usize) -> &[Pet] {
        let start = (page - 1).saturating_mul(per_page).min(self.pets.len());
        let end = start.saturating_add(per_page).min(self.pets.len());
        &self.pets[start..end]
    }

    pub(crate) fn get(&self, id: u32) -> Option<&Pet> {
        self.pets.iter().find(|it| it.id == id)
    }

    /// Adds a pet; none if the store is full.
    pub(crate) fn add(&mut self, draft: Draft) -> Option<Pet> {
        if self.pets.len() == MAX_PETS {
            return None;
        }
        let id = self.next_id;
        self.next_id = id.checked_add(1)?;
        let pet = Pet {
            id,
            name: draft.name,
            kind: draft.kind,
        };
        self.pets.push(pet.clone());
        Some(pet)
    }

    pub(crate) fn replace(&mut self, id: u32, draft: Draft) -> Option<Pet> {
        let pet = self.pets.iter_mut().find(|it| it.id == id)?;
        pet.name = draft.name;
        pet.kind = draft.kind;
        Some(pet.clone())
    }

    pub(crate) fn remove(&mut self, id: u32) -> Option<Pet> {
        let index = self.pets.iter().position(|it| it.id == id)?;
        Some(self.pets.remove(index))
    }
}

/// Is this fit to be a name or a kind?
pub(crate) fn validate_text(text: &str) -> Result<(), &'static str> {
    if text.trim().is_empty() {
        return Err("say something here");
    }
    if text.chars().count() > MAX_TEXT_LEN {
        return Err("at most 40 characters");
    }
    if text.chars().any(char::is_control) {
        return Err("no control characters");
    }
    Ok(())
}

/// A page of the demo cannot fill the memory of the machine that shows it.
pub(crate) const MAX_PETS: usize = 100;

/// Long enough for the name of any pet, short enough for a narrow screen.
const MAX_TEXT_LEN: usize = 40;

const FIRST_PETS: [(&str, &str); 12] = [
    ("Mira", "corsac fox"),
    ("Otis", "barn owl"),
    ("Pepper", "house cat"),
    ("Bruno", "bernese dog"),
    ("Suki", "shiba inu"),
    ("Nettle", "hedgehog"),
    ("Tofu", "rabbit"),
    ("Gale", "kestrel"),
    ("Biscuit", "guinea pig"),
    ("Juno", "border collie"),
    ("Pip", "zebra finch"),
    ("Rook", "raven"),
];
