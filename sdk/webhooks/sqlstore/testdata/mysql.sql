CREATE TABLE IF NOT EXISTS `hostedpay_webhook_events` (
	key_hash  CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY COMMENT 'SHA-256 of the key, in hexadecimal',
	event_key VARCHAR(1024) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the key, for people: ASCII, cut to 1024 characters',
	token     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of the claim',
	done      TINYINT NOT NULL,
	ends_at   DATETIME(6) NOT NULL COMMENT 'in UTC: when the lease ends, or when the event was done',
	INDEX `hostedpay_webhook_events_ends_at` (ends_at)
) ENGINE = InnoDB;
