"""How it works: theory pages whose parts run in the browser, and the stored runs that support what they say."""
