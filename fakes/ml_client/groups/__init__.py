"""The operation groups of a client, one module each, with the methods and signatures of the SDK's own."""
