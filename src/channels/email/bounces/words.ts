/**
 * The meaning of a mail server's words, in the languages of servers. One list per kind of meaning; one line per language or family of
 * servers. They are looked for in text from `plainWords`: lower case, without addresses, hosts and links, so that `spam.example` accuses
 * nobody.
 */

/** About us: our reputation, our content, our authentication, our right to write there. */
const policy: readonly RegExp[] = [
  /\b(spam|spammer|unsolicited|bulk (e-?)?mail|junk|virus|malware|phish\w*|spf|dkim|dmarc|dnsbl|rbl|ptr|rdns)\b/,
  /\b(reputation|black ?-?list(ed|ing)?|block ?-?list(ed)?|deny ?-?list(ed)?|(?<!not )(?<!un)listed (at|by|in|on)|policy|policies|prohibited|banned|blocked|not whitelisted)\b/,
  /\bun-?authenticated|\bauthenticat(ion|ed|e)\b|\bauth ?required|\bnot authori[sz]ed|\bunauthori[sz]ed|\brelay(ing)? (access )?(denied|not (permitted|allowed)|prohibited)|\b(unable|not permitted|not allowed|refus\w+) to relay|\bopen relay/,
  /\b(access|permission|connection|authorization) (denied|rejected)|\bsender( address)?( is| was| has been)? ?(rejected|denied|refused|blocked|not allowed|invalid|verify|verification|unknown|not authenticated)|\bsender'?s? domain|\bhelo|\behlo/,
  /\b(message|content|mail|e-?mail)( content| contents)?( was| has been| is| been)? (rejected|refused|blocked|denied|filtered|quarantined|not accepted (due|because|for))|\bcontent (filter|restriction|reject)|\bdelivery not (allowed|authori[sz]ed)|\brestricted|\breverse (dns|lookup)|\bnot (been )?allowed to (send|mail|post)|\bonly accepts? (e-?)?mails? from|\brejected (due to|because of|for|by) (the )?(content|filter|security|local|administrat)/,
  /\brst (auth|not|recipientnot|restricted)\w*|\bnotauth\w*/,
  /\b(unerwünscht|richtlinie|gesperrt|blockiert|abgelehnt wegen inhalt|als spam)|\bzugriff verweigert|\babsender(adresse)? (abgelehnt|gesperrt)/,
  /\b(indésirable|politique|bloqué|liste noire|accès refusé|expéditeur refusé)|\b(no deseado|correo basura|lista negra|política|bloqueado|acceso denegado|remitente rechazado)/,
  /\b(indesiderata|lista nera|bloccat[oa]|accesso negato|mittente rifiutato)|\b(lista negra|remetente (rejeitado|bloqueado)|acesso negado|bloquead[ao])|\b(ongewenste|zwarte lijst|geblokkeerd|toegang geweigerd)|\b(czarna lista|zablokowan\w+|odmowa dostępu|niechcian\w+)/,
  /спам|черн\w+ спис|заблокирован\w* отправител|политик|отклонено (из-за|по) (содерж|полит)|доступ запрещен/u,
  /迷惑メール|スパム|拒否リスト|受信拒否|ブラックリスト|垃圾邮件|垃圾郵件|黑名单|黑名單|反垃圾|被拦截|스팸|차단|istenmeyen|kara liste|engellen|nevyžádan|skräppost|blockerad/u,
];

/** About now: the mailbox is full, the server is busy, too much at once, too large. */
const soft: readonly RegExp[] = [
  /quotaexceeded|mailboxfull|sizelimit|\bquota|\bmail ?(box|folder|drop)?( is| was| has been)? (full|too full|over(flow\w*)?)|\b(full|overfull) (mail ?box|inbox)|\binbox is full|\b(storage|space|disk|size) (limit|is full|exceeded|full)|\binsufficient (\w+ )?(storage|space|resources)|\bout of (storage |disk )?space|\bno (disk |more )?space|\bnot enough (storage |disk )?space|\bexceed(s|ed|ing)? (the |its |their )?(maximum |allowed |allocated |fixed |mailbox )*(storage|size|limit|message)|\btoo (large|big)\b|\bmailbox (size|exceeded)/,
  /\btemporar\w*|\btransient|\btry (again|later)|\bagain later|\btimed? ?-?out|\btimeout|\bgr[ea]y-? ?list\w*|\bdeferred|\bdefer\b|\bretry|\bnot (currently )?accepting (messages|mail)|\bcurrently (unavailable|not available|busy|rejecting|unable)|\bservice (is )?(currently |temporarily )?(unavailable|not available)|\bserver (is )?(too )?busy|\bmailbox (is )?(busy|locked|in use)/,
  /\b(connection|connect) (was |to \S* ?)?(refused|reset|lost|dropped|closed|timed|failed|failure)|\bconnect to|\b(could ?n[o']t|cannot|can't|wasn't able to|unable to) (connect|establish)|\blost connection|\bnetwork (is )?unreachable|\bno route to host|\bhost (is )?down|\bhost(s)? (could not be|couldn't be) (contacted|reached)|\bnot respond|\b(no|without) (response|answer)/,
  /\brate( limit\w*)?\b|\btoo (many|much)\b|\bthrottl\w*|\bmail loop|\brouting loop|\bloop detected|\bhop count|\btoo many hops|\bqueue too long|\b(retry|delivery|queue) time ?(out|exceeded|expired)?|\bexpired\b|\bbeen in the queue|\binternal (server )?error|\bsystem error|\blocal (configuration|error)|\bconfiguration (error|problem)|\bresources/,
  /\b(speicherplatz|kontingent|postfach( ist)? voll|volles postfach|vorübergehend|zeitüberschreitung|nicht erreichbar|überlastet|erneut versuchen|zu groß)/,
  /\b(boîte (aux lettres )?(est )?pleine|boite (aux lettres )?(est )?pleine|quota dépassé|espace insuffisant|temporairement|délai dépassé|réessayer)|\b(buzón (está )?lleno|cuota|espacio insuficiente|temporalmente|tiempo de espera|inténtelo)/,
  /\b(casella( di posta)?( è)? piena|spazio esaurito|temporaneamente|riprovare)|\b(caixa (postal|de (correio|entrada))( está)? (cheia|lotada)|cota excedida|temporariamente|tente novamente)|\b(mailbox is vol|postvak is vol|postbus is vol|tijdelijk|opnieuw proberen)|\b(skrzynka( odbiorcza)?( jest)? (pełna|przepełniona)|przekroczon\w+ (limit|pojemność)|tymczasow\w+|spróbuj ponownie)/,
  /ящик (адресата |получателя )?(переполнен|заполнен)|переполнен|превышен\w* (квот|лимит|размер)|квот|временн|попробуйте (позже|еще)|истекло время|слишком (много|большо)/u,
  /容量(が|を)?(超過|一杯|不足|オーバー)|メールボックスが(一杯|いっぱい|満杯)|一時的|しばらく|混雑|邮箱(已满|容量|空间)|郵件?信箱已滿|已满|已滿|超过(容量|配额|限额)|暂时|稍后|频率|频繁|용량|가득|일시적|posta kutusu dolu|kotası? (dolu|aşıl)|geçici|schránka (je )?plná|dočasn|inkorg(en)? är full|brevlådan är full|tillfällig/u,
];

/** About the mailbox, in so many words: nobody is there. */
const gone: readonly RegExp[] = [
  /\bunknown (or illegal )?(local )?(user|local[- ]part|recipient|mailbox|address|account|alias)|\b(user|recipient|mailbox|address|addressee|account|alias|local part|to address)( name| address| part)?( is| was)?:? (not known|unknown)|\b(user|recipient|mailbox|account|address|addressee)( \w+)? (is |was )?(not found|not exist(ing)?|non-?existent|couldn'?t be found|could not be found|can(no|')t be found|wasn'?t found)/,
  /\bno such (\w+ )?(user|recipient|mailbox|address|account|person|domain|host|name|local|alias|mail drop)|\b(do|does|did)(n'?t| not| n't) exist|\bnon-?existent\b|\bnot exist\b|\bdoes(n'?t| not) have an? (\S+ ){0,6}account|\bno (valid )?(mailbox|account|user|recipient)s? (here|by|with|of|named|found|at|for|exists?|matches)\b|\bno longer (exists?|valid|available|active|in use|accepts? (mail|messages)|works?|with|employed|a (valid|customer))|\bnever existed/,
  /\b(not|isn't|is not) a (known|valid|registered|local|current) (\w+ )*(user|mailbox|recipient|address|account|name)|\bnot a registered|\b(user|mailbox|account|recipient|address|e-?mail)( account)?( has been| is| was|'s)?( currently| permanently)? (disabled|inactive|in-active|not active|deactivated|closed|suspended|deleted|removed|discontinued|terminated|expired|cancel+ed|retired|not enabled)|\b(disabled|inactive|closed|deactivated|discontinued|deleted|abandoned) (\w+ )?(user|mailbox|account|recipient|address)|\bhas been (disabled|deactivated|discontinued|closed|deleted)|\bdisabled or discontinued/,
  /\baddress not found|\bunrouteable (address|mail domain)|\bunroutable|\bno mailbox (here|by)|recip(ient)?notfound|nonexistentdomain|\brecipient not found|\bbad destination (mailbox|system)|\bbad-?recipient|\binvalid (final )?(recipient|mailbox|user|destination|delivery address)|\bnot (listed in|in) (\w+ )?(public )?(name ?& ?address|directory|address) book|\bnot listed in|\bno matching (directory )?entry|\bnot our customer|\b(is|are) not (hosted|handled|served) here|\bunknown in (local|virtual|relay)|\bunable to (find|locate) (the )?(user|recipient|mailbox|account)|\bcould ?n[o']t (find|be found|locate|resolve) (any |the |your )?(user|recipient|mailbox|account|e-?mail address|address)/,
  /\bnull mx|\bdoes not accept (e-?)?mail\b|\b(domain|host|server)( or domain)?( name)?( was| is| could)? ?(not|couldn'?t|n't) ?(be )?(found|resolved|exist)|\bcouldn't find any host|\bpoint to non-?existent|\bunknown (host|domain)|\b(host|domain)( name)? (is )?unknown|\bno (mx|mail exchanger|mail server)\b|\bnxdomain|\binvalid (host|domain)|\bname or service not known|\bnon-existent domain|\bno (valid )?(a|mx|dns)( or (a|mx))? records?/,
  /\b(empfänger|benutzer|adresse|postfach|teilnehmer|mailbox|konto)[^.\n]{0,40}(unbekannt|existiert nicht|nicht gefunden|nicht bekannt|nicht vorhanden|ungültig|gelöscht|deaktiviert|gibt es nicht|nicht vergeben)|\b(unbekannter|ungültiger|kein) (empfänger|benutzer|postfach)|\bexistiert nicht|\bkonnte nicht gefunden werden/,
  /\b(destinataire|utilisateur|adresse|boîte|boite|compte|domaine)[^.\n]{0,40}(inconnue?|n'existe (pas|plus)|introuvable|invalide|désactivée?|supprimée?|fermée?|est inexistante?|pas été trouvée?)|\bn'existe (pas|plus)/,
  /\b(destinatario|usuario|dirección|buzón|cuenta|dominio)[^.\n]{0,40}(desconocid[oa]|no existe|inexistente|inválid[oa]|no (fue |ha sido |se ha |se )?(encontr\w+|pudo encontrar)|desactivad[oa]|eliminad[oa])|\bno existe\b/,
  /\b(destinatario|utente|indirizzo|casella|account|dominio)[^.\n]{0,40}(sconosciut[oa]|non esiste|inesistente|non valid[oa]|non (è stat[oa] )?trovat[oa]|disattivat[oa]|non è attiv[oa])|\b(destinatário|usuário|utilizador|endereço|caixa|conta|domínio)[^.\n]{0,40}(desconhecid[oa]|não existe|inexistente|inválid[oa]|não (foi )?encontrad[oa]|desativad[oa])/,
  /\b(ontvanger|gebruiker|adres|mailbox|postbus|account|geadresseerde)[^.\n]{0,40}(onbekend|bestaat niet|niet gevonden|ongeldig|opgeheven)|\b(odbiorc\w+|użytkownik\w*|adres\w*|skrzynk\w+|konto)[^.\n]{0,40}(nieznan\w+|nie istnieje|nie (został[ao]? )?znalezion\w+|nieprawidłow\w+|usunięt\w+)|\bnie istnieje|\bnie ma takiego/,
  /(пользовател|получател|адресат|адрес|ящик|домен|аккаунт|учетн)[^.\n]{0,40}(не найден|не существует|неизвестен|неизвестн|отсутству|удал[её]н|заблокирован|недействител|неверн|не зарегистрирован)|(нет|несуществующ\w+) (такого )?(пользовател|получател|адрес|почтов)|не существует/u,
  /(宛先|メールアドレス|ユーザ|アカウント|メールボックス|ドメイン)[^。\n]{0,30}(存在しま?せん|存在しない|見つか(りません|らない)|不明|無効|ありません)|存在しません|(用户|收件人|邮箱|帐号|账号|地址|域名)[^。\n]{0,20}(不存在|未找到|无效|不正确|已停用|被禁用|找不到)|不存在|查無此人|帳號不存在|(사용자|수신자|계정|메일|주소)[^.\n]{0,20}(없|존재하지|찾을 수)/u,
  /(kullanıcı|alıcı|adres|hesap|posta kutusu)[^.\n]{0,30}(bulunamadı|yok|geçersiz|bilinmiyor|mevcut değil)|\b(uživatel|adresát|příjemce|adresa|schránka)[^.\n]{0,40}(neexistuje|neznám\w+|nenalezen\w*|neplatn\w+)|(mottagar\w*|användar\w*|adress\w*|brevlåda\w*)[^.\n]{0,40}(okänd|finns inte|hittades inte|ogiltig|kunde inte hittas)|\bfinns inte/u,
];

/** As `gone`, less clearly: a server says so of a mailbox that is not there, and at times of one that does not want us. */
const perhapsGone: readonly RegExp[] = [
  /\bmailbox (is )?(unavailable|not available|inaccessible|not accessible)|\brecipient( address(es)?)?( was| is| has been|:)? (rejected|refused|not accepted|denied|not allowed|invalid)|\b(invalid|illegal|bad|malformed) (\w+ )?address|\baddress(ee)? (is )?(invalid|not valid|rejected|error)|\bmailbox name not allowed|\bundeliverable address|\buser not local|\b(user|mailbox) (is )?(unavailable|rejected|refused|not available)|\baddress (was )?rejected|\bnot a valid (mail|recipient)|\bdelivery to (this|the) (user|address|recipient)[^.\n]{0,20} (failed|not possible)/,
];

export type WordClass = 'policy' | 'soft' | 'gone' | 'perhaps-gone';

/** The mildest that the words say: a mailbox that is "unknown, or full, or refuses spam" is not called dead. Null: they say nothing. */
export function classOfWords(text: string): WordClass | null {
  const words = plainWords(text);
  for (const [found, patterns] of mildestFirst) if (patterns.some((pattern) => pattern.test(words))) return found;
  return null;
}

const mildestFirst: readonly (readonly [WordClass, readonly RegExp[]])[] = [
  ['policy', policy],
  ['soft', soft],
  ['gone', gone],
  ['perhaps-gone', perhapsGone],
];

/** As much of one saying as is read; a reply is a few lines. */
const readCharacters = 4_000;

/** Lower case on one line, without links, addresses, hosts and what only polite texts say. */
export function plainWords(text: string): string {
  return text
    .slice(0, readCharacters)
    .toLowerCase()
    .normalize('NFC')
    .replaceAll('’', "'")
    .replaceAll(/\bhttps?:\/\/\S{1,500}/g, ' ')
    .replaceAll(/[^\s@<>()"':;,]{1,100}@[^\s@<>()"':;,]{1,200}/g, ' ')
    .replaceAll(/\b(resolver|smtpsend|storedrv|routing|queue|transport)\.[\w.]{1,80}/g, (code) => code.replaceAll('.', ' '))
    .replaceAll(/(?<![\w.-])(?=[\w-]*[a-z])[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}(?![\w-])/g, ' ')
    .replaceAll(/[<>"'«»“”„`[\]()*]{1,20}(?=\s|$)|(?<=^|\s)[<>"'«»“”„`[\]()*]{1,20}/g, ' ')
    .replaceAll(/\s{1,200}/g, ' ')
    .replaceAll(politeness, ' ');
}

/** What stands in a final report of any kind, and would read as "not now". */
const politeness =
  /\b(and|or|please|then|you (can|may|could)|to) (try (again|sending|resending)|resend|retry)|\btry (re-?sending|sending) (the|your|this) [^.]{0,40}|\bi'm not going to try again|\bif (you continue|the problem (persists|continues)|this problem)[^.]{0,80}|\bcheck for typos or unnecessary spaces and try again|\bcontact (your|the) [^.]{0,60}administrator/g;
