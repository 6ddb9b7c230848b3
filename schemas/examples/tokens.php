#!/usr/bin/env php
<?php
// tokens.php PROFILE [KEYFILE] - the tokens of addresses, one a line on standard input.
//
//     printf '%s\n' user@example.com +14155559317 | php tokens.php sha256-hex
//
// Telephone numbers are E.164. Needs the extensions intl and mbstring. tokens.py and tokens.js
// do the same.
declare(strict_types=1);

const EDGE = '[\s\x{FEFF}\x{200B}-\x{200F}\x{2060}\x{061C}\x{180E}\x{85}\x{A0}]*';
const PLAIN = '/^[A-Za-z0-9!#$%&\'*+\-\/=?^_`{|}~.\x{80}-\x{10FFFF}]+$/Du';

// Letter by letter: a final sigma is no other letter.
function lower(string $text): string
{
    return implode(array_map('mb_strtolower', mb_str_split($text)));
}

// Quotation marks and backslashes go where they say nothing of the mailbox.
function spell_local(string $local): string
{
    if (preg_match('/^"((?:[^"\\\\]|\\\\.)+)"$/Dsu', $local, $quoted))
        $local = preg_replace('/\\\\(.)/su', '$1', $quoted[1]);
    do {
        $before = $local;
        $local = Normalizer::normalize(str_replace('ς', 'σ', lower($local)));
    } while ($before !== $local);
    return preg_match(PLAIN, $local) ? $local
        : '"' . preg_replace('/["\\\\]/', '\\\\$0', $local) . '"';
}

// UTS 46, non-transitional. A name in ASCII is what DNS has.
function spell_domain(string $domain): string
{
    if (preg_match('/[^\x00-\x7f]/', $domain)) {
        idn_to_ascii(lower($domain), IDNA_NONTRANSITIONAL_TO_ASCII | IDNA_CHECK_BIDI
            | IDNA_CHECK_CONTEXTJ, INTL_IDNA_VARIANT_UTS46, $answer);
        $domain = $answer['result'] ?? '';
    }
    return preg_replace('/\.$/D', '', strtolower($domain));
}

function spell(string $text): string
{
    $text = Normalizer::normalize($text);
    $text = preg_replace('/^' . EDGE . '(?:mailto:)?' . EDGE . '<(.*)>/isu', '$1', $text);
    $text = preg_replace('/^' . EDGE . '(?:mailto:)?' . EDGE . '|' . EDGE . '$/Diu', '', $text);
    if ($text[0] === '+')
        return $text;
    $at = strrpos($text, '@');
    return spell_local(substr($text, 0, $at)) . '@' . spell_domain(substr($text, $at + 1));
}

function token(string $profile, string $text, string $key): string
{
    $text = spell($text);
    if ($profile === 'plain')
        return $text;
    if ($profile === 'hmac-sha256')
        return hash_hmac('sha256', $text, $key);
    if ($profile === 'uid2-b64' && str_ends_with($text, '@gmail.com'))
        $text = str_replace('.', '', explode('+', substr($text, 0, -10))[0]) . '@gmail.com';
    if ($profile === 'drop-b64' && $text[0] === '+')
        $text = substr(substr($text, 1), -10);
    return str_ends_with($profile, '-hex') ? hash(substr($profile, 0, -4), $text)
        : base64_encode(hash('sha256', $text, true));
}

$key = isset($argv[2]) ? file_get_contents($argv[2]) : '';
while (($line = fgets(STDIN)) !== false)
    echo token($argv[1], preg_replace('/\n$/D', '', $line), $key), "\n";
