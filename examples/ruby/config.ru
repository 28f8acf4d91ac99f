run ->(_env) { [200, { "content-type" => "text/plain" }, ["Hello from Ruby #{RUBY_VERSION}\n"]] }
