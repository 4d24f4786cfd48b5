"""A text that a page must show as text."""

HOSTILE = '</title><script>alert(1)</script><img src="https://evil.example/x.png" onerror=alert(2)> $x^2$ {{ 7*7 }}'
