//! A client of servers that speak the chat completions of OpenAI: llama.cpp, Ollama, vLLM, LM Studio and their like.

mod chat;

pub use chat::{Chat, ChatError};
