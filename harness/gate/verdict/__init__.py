"""The verdict: rules over paired evidence, pure and repeatable byte for byte."""
