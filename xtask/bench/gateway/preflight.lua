-- What a browser asks before a page may PUT JSON.
wrk.method = "OPTIONS"
wrk.headers["Access-Control-Request-Method"] = "PUT"
wrk.headers["Access-Control-Request-Headers"] = "content-type"
