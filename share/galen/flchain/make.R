# Writes flchain.csv from the R package survival (Debian: r-cran-survival).
# Run in this folder: Rscript make.R
suppressMessages(library(survival))
data(cancer, package = "survival")
d <- survival::flchain
d$death <- ifelse(d$death == 1, "dead", "alive")
d$mgus <- ifelse(d$mgus == 1, "yes", "no")
write.csv(d, "flchain.csv", row.names = FALSE, na = "", quote = FALSE)
