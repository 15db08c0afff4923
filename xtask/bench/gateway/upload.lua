-- A photo of a pet, of 1 MiB.
wrk.method = "POST"
wrk.headers["Content-Type"] = "image/jpeg"
wrk.body = string.rep("x", 1024 * 1024)
