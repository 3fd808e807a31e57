//! Asking a model on a server.
//!
//! # Source
//! OpenAI API reference, "Create chat completion" and "List models", as far as those servers share it: a base address that ends in `/v1`.

use std::error::Error;
use std::time::Duration;

use galen_audit::proposal::LanguageModel;
use serde::Deserialize;
use serde_json::json;
use ureq::Agent;
use ureq::http::{Response, StatusCode, Uri};
use ureq::{Body, Error as Wire, RequestBuilder};

/// Until a server takes a connection.
const TO_CONNECT: Duration = Duration::from_secs(10);
/// Until a whole answer has come: a local model reads a long paper slowly.
const TO_ANSWER: Duration = Duration::from_secs(900);
/// Bytes of an answer that are read.
const MOST: u64 = 8 << 20;
/// Letters of a server's own words in an error.
const WORDS: usize = 300;

/// A model on a server.
pub struct Chat {
    agent: Agent,
    base: String,
    model: String,
    key: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// Of another scheme than http and https, or no address.
    #[error("{0} is no address of a server; one is http://localhost:8080/v1")]
    Address(String),
    #[error("{url} does not answer: {why}")]
    Unreachable { url: String, why: String },
    /// The server answers with an error.
    #[error("{url} answers {status}: {words}")]
    Refused {
        url: String,
        status: u16,
        words: String,
    },
    /// What comes is not what such a server sends.
    #[error("{url} sends no chat completion: {why}")]
    Foreign { url: String, why: String },
    #[error("{0} serves no model")]
    NoModel(String),
}

#[derive(Deserialize)]
struct Models {
    data: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    id: String,
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
}

impl Chat {
    /// A model of the server at `url`: the named one, or the first that it lists. `key` is sent as a bearer token.
    ///
    /// # Errors
    /// The address is none, or the server was asked for its models and does not name any.
    pub fn open(url: &str, model: Option<&str>, key: Option<String>) -> Result<Chat, ChatError> {
        let config = Agent::config_builder()
            .timeout_connect(Some(TO_CONNECT))
            .timeout_global(Some(TO_ANSWER))
            .http_status_as_error(false);
        let mut chat = Chat {
            agent: config.build().into(),
            base: base(url)?,
            model: model.unwrap_or_default().to_owned(),
            key,
        };
        if model.is_none() {
            let at = format!("{}/models", chat.base);
            let answer = chat.with_key(chat.agent.get(&at)).call();
            let models: Models = taken(&at, answer)?;
            let first = models.data.into_iter().next();
            chat.model = first.ok_or(ChatError::NoModel(at))?.id;
        }
        Ok(chat)
    }

    /// The name of the model.
    pub fn model(&self) -> &str {
        &self.model
    }

    fn with_key<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        match &self.key {
            Some(key) => request.header("Authorization", format!("Bearer {key}")),
            None => request,
        }
    }
}

impl LanguageModel for Chat {
    /// What the model says, asked to choose the likeliest words.
    fn answer(&self, system: &str, user: &str) -> Result<String, Box<dyn Error + Send + Sync>> {
        let at = format!("{}/chat/completions", self.base);
        let asked = json!({
            "model": self.model,
            "temperature": 0,
            "seed": 0,
            "stream": false,
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": user},
            ],
        });
        let answer = self.with_key(self.agent.post(&at)).send_json(asked);
        let completion: Completion = taken(&at, answer)?;
        let first = completion.choices.into_iter().next();
        let content = first.and_then(|choice| choice.message.content);
        content.ok_or_else(|| {
            let why = "no choice has a content".to_owned();
            ChatError::Foreign { url: at, why }.into()
        })
    }
}

/// The address below which such servers answer: as given, `/v1` where only a server is named.
fn base(url: &str) -> Result<String, ChatError> {
    let wrong = || ChatError::Address(url.to_owned());
    let address: Uri = url.parse().map_err(|_| wrong())?;
    if !matches!(address.scheme_str(), Some("http" | "https")) || address.host().is_none() {
        return Err(wrong());
    }
    let plain = url
        .trim_end_matches('/')
        .trim_end_matches("/chat/completions");
    Ok(match address.path() {
        "" | "/" => format!("{plain}/v1"),
        _ => plain.to_owned(),
    })
}

fn taken<T: for<'a> Deserialize<'a>>(
    url: &str,
    answer: Result<Response<Body>, Wire>,
) -> Result<T, ChatError> {
    let unreachable = |why: Wire| ChatError::Unreachable {
        url: url.to_owned(),
        why: why.to_string(),
    };
    let mut answer = answer.map_err(unreachable)?;
    let status = answer.status();
    let body = answer.body_mut().with_config().limit(MOST);
    let words = body.read_to_string().map_err(unreachable)?;
    if status != StatusCode::OK {
        return Err(ChatError::Refused {
            url: url.to_owned(),
            status: status.as_u16(),
            words: words.chars().take(WORDS).collect(),
        });
    }
    serde_json::from_str(&words).map_err(|error| ChatError::Foreign {
        url: url.to_owned(),
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_alone_is_asked_below_v1() {
        let known = [
            ("http://localhost:8080", "http://localhost:8080/v1"),
            ("http://localhost:8080/", "http://localhost:8080/v1"),
            ("http://h:1/v1/", "http://h:1/v1"),
            ("https://h/api/chat/completions", "https://h/api"),
        ];
        for (given, wanted) in known {
            assert_eq!(base(given).expect("an address"), wanted);
        }
        for wrong in ["localhost:8080", "ftp://h/v1", "", "http://", "no address"] {
            assert!(matches!(base(wrong), Err(ChatError::Address(_))), "{wrong}");
        }
    }
}
