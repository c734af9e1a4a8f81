//! Errors of the database that are the client's.

use super::elements::Element;
use super::layout::Layout;
use super::values::unfit;
use crate::database::{DatabaseError, Failure};
use scimwire::error::{Error, ScimType};
use scimwire::http::StatusCode;
use scimwire::store::StoreError;

impl Layout {
    /// An error of a statement, as the client is to see it, where it is about what the client sent.
    pub(super) fn refused(&self, failure: Failure) -> Failure {
        let Failure::Database(DatabaseError::Failed(sqlx::Error::Database(err))) = &failure else {
            return failure;
        };
        match self.reason(&**err) {
            Some(refused) => refused.into(),
            None => failure,
        }
    }

    fn reason(&self, err: &dyn sqlx::error::DatabaseError) -> Option<StoreError> {
        let message = err.message();
        if err.is_unique_violation() {
            let detail = format!("{message} {}", err.constraint().unwrap_or_default());
            let attribute = self.attribute_in(&detail).or_else(|| self.only_unique());
            return Some(StoreError::Conflict { attribute: attribute.unwrap_or_default() });
        }
        if err.is_foreign_key_violation() {
            let detail = "the resource is in use, or refers to one that does not exist";
            return Some(Error::new(StatusCode::CONFLICT, detail).into());
        }
        let problem = match err.code().as_deref() {
            // Numbers out of range, text that is too long, a value of another type.
            Some("22001") => "is too long",
            Some("22003") => "is out of range",
            Some("22007" | "22008" | "22P02" | "22021" | "22P05") => "cannot be stored",
            _ if err.is_check_violation() => "violates a rule of the database",
            _ if matches!(err.kind(), sqlx::error::ErrorKind::NotNullViolation) => "is required",
            _ => return None,
        };
        Some(match self.attribute_in(message) {
            Some(path) => unfit(&path, problem),
            None => {
                let detail = format!("a value {problem}");
                Error::scim(ScimType::InvalidValue, detail).into()
            }
        })
    }

    /// The only unique attribute.
    fn only_unique(&self) -> Option<String> {
        let is_id = |path: &String| path == "id";
        let mut paths = self
            .resource_type
            .unique_paths()
            .iter()
            .map(ToString::to_string)
            .filter(|path| !is_id(path));
        paths.next().filter(|_| paths.next().is_none())
    }

    /// The attribute whose column a message of the database names.
    fn attribute_in(&self, message: &str) -> Option<String> {
        let words: Vec<&str> =
            message.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
        let named = |column: &str| words.contains(&column);
        let fields = self.fields.iter().map(|field| (field.path.to_string(), &field.column));
        let slots = self.slots.iter().flat_map(|slots| {
            let all = slots.elements.iter().flat_map(Element::all);
            all.map(|(sub, column)| (format!("{}.{sub}", slots.path), column))
        });
        let external = self.external_id.iter().map(|column| ("externalId".to_owned(), column));
        let mut all = fields.chain(slots).chain(external);
        all.find(|(_, column)| named(&column.name)).map(|(path, _)| path)
    }
}
