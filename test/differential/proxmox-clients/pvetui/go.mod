module drover.test/ask-pvetui

go 1.26

require github.com/devnullvoid/pvetui v1.4.3
