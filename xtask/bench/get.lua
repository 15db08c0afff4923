-- What a page asks then.
wrk.headers["Origin"] = "https://app.example.com"
