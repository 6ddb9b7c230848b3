#!/usr/bin/env php
<?php
// send.php: a source without Kafka sends its events to consent-gateway and reads what became of them.
//
//   php send.php consent|optout|lead ID ADDRESS
//   php send.php receipts [AFTER]
//
// GATEWAY_URL, GATEWAY_TOKEN, SOURCE (urn:consent:src:...) and AGREEMENT come from the environment.
// Exit status: 0 taken, 1 refused (do not send the same again), 2 wrong settings, 3 not now.
// PHP 8 needs no extension for it. ../../SOURCES.md explains each step.
declare(strict_types=1);

const TRIES = 5;

/** [status, text, seconds to wait]; status 0: nobody answers */
function ask(string $method, string $path, string $body = ''): array
{
    $context = stream_context_create(['http' => [
        'method' => $method, 'content' => $body, 'ignore_errors' => true, 'timeout' => 90,
        'header' => ['Authorization: Bearer ' . getenv('GATEWAY_TOKEN'),
                     'Content-Type: application/cloudevents+json']]]);
    $text = @file_get_contents(getenv('GATEWAY_URL') . $path, false, $context);
    if ($text === false || !isset($http_response_header)) {
        return [0, 'nobody answers', 1];
    }
    $wait = 1;
    foreach ($http_response_header as $line) {
        if (stripos($line, 'Retry-After:') === 0) {
            $wait = (int) substr($line, 12);
        }
    }
    return [(int) explode(' ', $http_response_header[0])[1], $text, $wait];
}

/** The id is yours: the same id with the same event is never counted twice. */
function event(string $kind, string $id, string $address): array
{
    $time = gmdate('Y-m-d\TH:i:s\Z');
    $source = getenv('SOURCE');
    [, , , $sourceType, $party] = explode(':', $source);
    $data = ['contact' => ['email' => $address],
             'provenance' => ['source_type' => $sourceType, 'party_id' => $party,
                              'agreement_id' => getenv('AGREEMENT'), 'collected_at' => $time]];
    if ($kind === 'optout') {
        $data['optout'] = ['via' => 'customer_support'];
    } else {
        $data['contact'] += ['country' => 'DE', 'subscriber' => 'individual', 'age' => '16_or_over'];
        $data += ['controllers' => ['sectigo-limited'],
                  'scope' => [['purpose' => 'marketing.promotional', 'channels' => ['email']]],
                  'basis' => ['art6' => 'a', 'type' => $kind === 'consent' ? 'expressed' : 'unknown']];
    }
    if ($kind === 'consent') {
        $data['consent'] = ['method' => 'checkout_checkbox',
                            'statement' => 'Sectigo Limited may send me offers by e-mail',
                            'notice' => ['policy_id' => "$party-privacy", 'version' => '1',
                                         'language' => 'en', 'text_sha256' => str_repeat('0', 64)]];
        $data['provenance']['warranty'] = ['asserted' => true, 'controllers_named' => ['Sectigo Limited']];
        $data['provenance']['evidence'] = [['kind' => 'order_snapshot', 'sha256' => str_repeat('0', 64)]];
    }
    $types = ['consent' => 'consent.granted.v1', 'optout' => 'optout.recorded.v1',
              'lead' => 'lead.received.v1'];
    return ['specversion' => '1.0', 'id' => $id, 'source' => $source, 'type' => $types[$kind],
            'time' => $time, 'datacontenttype' => 'application/json', 'data' => $data];
}

function send(array $one): int
{
    $body = json_encode($one, JSON_THROW_ON_ERROR);
    for ($i = 0; $i < TRIES; $i++) {
        [$status, $text, $wait] = ask('POST', '/v1/events', $body);
        if ($status === 202 || $status === 422) { // 422: "reason" says what is wrong, "pointer" where
            echo $text;
            return $status === 202 ? 0 : 1;
        }
        if (!in_array($status, [0, 429, 503], true)) { // the request is wrong: token, size, type
            fwrite(STDERR, "$status $text\n");
            return 2;
        }
        fwrite(STDERR, "not now ($status), again in $wait s\n");
        sleep($wait); // and the same again, with the same id
    }
    return 3;
}

function receipts(string $after): int
{
    for (;;) {
        [$status, $text, $wait] = ask('GET', "/v1/receipts?wait=1&after=$after");
        if (in_array($status, [0, 429, 503], true)) {
            sleep($wait);
            continue;
        }
        if ($status !== 200) {
            fwrite(STDERR, "$status $text\n");
            return 2;
        }
        $page = json_decode($text, true, 32, JSON_THROW_ON_ERROR);
        foreach ($page['receipts'] as $one) {
            echo "$one[event_id] $one[outcome] $one[reason]\n";
        }
        if ($page['receipts'] === []) {
            fwrite(STDERR, "next: $after\n"); // keep it: go on from there
            return 0;
        }
        $after = $page['after'];
    }
}

$missing = array_filter(['GATEWAY_URL', 'GATEWAY_TOKEN', 'SOURCE', 'AGREEMENT'], fn ($name) => (string)getenv($name) === '');
if ($missing !== []) {
    fwrite(STDERR, 'not set in the environment: ' . implode(' ', $missing) . "\n");
    exit(2);
}
[, $what, $id, $address] = $argv + ['', '', '', ''];
if (in_array($what, ['consent', 'optout', 'lead'], true) && $address !== '') {
    exit(send(event($what, $id, $address)));
}
if ($what === 'receipts') {
    exit(receipts($id));
}
fwrite(STDERR, "php send.php consent|optout|lead ID ADDRESS, or receipts [AFTER]\n");
exit(2);
