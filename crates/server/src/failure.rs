//! What could not be answered, and why: `{"error"}` for programs, a page for people.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use galen_lifecycle::ActError;
use serde_json::json;

/// A request that was not answered: the status, and one sentence for a person.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Failure {
    pub status: StatusCode,
    pub message: String,
    /// What to do, where there is something.
    pub help: String,
}

impl Failure {
    pub fn new(status: StatusCode, message: impl Into<String>) -> Failure {
        Failure {
            status,
            message: message.into(),
            help: String::new(),
        }
    }

    /// The caller asked for something that is not there.
    pub fn not_found(message: impl Into<String>) -> Failure {
        Failure::new(StatusCode::NOT_FOUND, message)
    }

    /// The caller sent something that cannot be used.
    pub fn bad(message: impl Into<String>) -> Failure {
        Failure::new(StatusCode::BAD_REQUEST, message)
    }

    /// Nothing can be answered now.
    pub fn unavailable(message: impl Into<String>) -> Failure {
        Failure::new(StatusCode::SERVICE_UNAVAILABLE, message)
    }

    /// Something of ours is broken.
    pub fn broken(message: impl Into<String>) -> Failure {
        Failure::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }
}

impl From<ActError> for Failure {
    fn from(error: ActError) -> Failure {
        match error {
            // A refusal is an answer to what was asked for, such as a release that does not exist.
            ActError::Refused(refusal) => Failure {
                help: refusal.help,
                ..Failure::not_found(refusal.message)
            },
            ActError::Input { message, help, .. } => Failure {
                help,
                ..Failure::broken(message)
            },
            other => Failure {
                help: "Run galen verify.".to_owned(),
                ..Failure::broken(other.to_string())
            },
        }
    }
}

impl From<galen_control::Refusal> for Failure {
    fn from(refusal: galen_control::Refusal) -> Failure {
        ActError::from(refusal).into()
    }
}

/// As JSON; the router makes a page of it where a person asked.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({"error": self.message}))).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = header::HeaderValue::from_static("Bearer realm=\"galen\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, bearer);
        }
        response.extensions_mut().insert(self);
        response
    }
}
