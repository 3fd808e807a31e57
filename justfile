# Daily habits; `just` lists them. All that CI runs is ./test.

# List what there is
default:
    @just --list

# Everything that CI runs
test:
    ./test

# Lint and test one crate: just one galen-stats
one crate:
    cargo fmt -p {{crate}}
    cargo clippy -p {{crate}} --all-targets -- -D warnings
    cargo test -p {{crate}}

# Build and walk the whole lifecycle in galen-demo/
demo *args:
    cargo run --release -- demo {{args}}

# Look at the demo in a browser
serve:
    cargo run --release -- -C galen-demo serve

# Prove the demo
verify:
    cargo run --release -- -C galen-demo verify

# Write anew what is made from the code: schemas, pages of declared files, the arrows in docs/architecture.md
update:
    UPDATE=1 cargo test -p galen-spec published
    UPDATE=1 cargo test -p galen-table manual
    UPDATE=1 cargo test -p galen --test whole house

# List the requirements that nothing shows yet
pending:
    @cargo test -q -p galen --test whole requirements -- --nocapture
