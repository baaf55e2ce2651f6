"""What the words around a place's name say of it: one look-up gives every meaning that a word may have there."""

from districts.folding import fold

_LISTS: dict[str, str] = {
    "ROAD": "road rd roads marg highway hwy bypass expressway phatak pulia puliya line रोड मार्ग हाईवे बाईपास फाटक राजमार्ग सड़क",
    "HIGHWAY": "highway hwy expressway हाईवे राजमार्ग",
    "HOSPITAL": (
        "hospital hosp chc phc clinic college civil pgi trauma sadar aspatal ward "
        "अस्पताल हॉस्पिटल सीएचसी पीएचसी कॉलेज सिविल ट्रॉमा सदर वार्ड"
    ),
    "DISTRICT": "district dist distt jila zila zilla jile jilla जिला जिले ज़िला ज़िले",
    "UP_TO": "tak तक",
    "TAKE": (
        "aana jana jane jao jaana jaane jau jaye refer refered referred bhej bhejo bhejna bheja "
        "bhejne shift leja lejana lejao chalo jaake jakar "
        "आना जाना जाने जाओ जाऊं जाएं जाए जाकर रेफर भेज भेजो भेजना भेजा शिफ्ट लेकर जाते bolre gaye gye गए गये"
    ),
    "NOT_THERE": (
        "full फुल packed nil mana मना tried pucha puchha पूछा jawab try jgh empty bhagaya "
        "loutaya lauta लौटा नहीं nahi nahin nhi ni not no नही"
    ),
    "NOT": "नहीं nahi nahin nhi नही",
    "BRING": (
        "bhej bhejo bhijwa bhijwao bhejwa mangwa mangwao mangaye mangwane lane lana laya lekar "
        "dilwa dilwado la le lao aaya aa dilwaye koi "
        "भिजवा भिजवाओ भिजवाएं भेज मंगवा मंगवाना मंगाया खरीद खरीदने लाते लाए लाना लाने ला लाओ "
        "दिलवा दिलवाओ दिलवाएं दिलवाइए कोई lauta kharid kharidne khareedne late mangate mangwaya"
    ),
    "ANYWHERE": "chalega chalegi चलेगा चलेगी preferred prefer preferably kahi kahin kahibhi anywhere कहीं कही whichever wherever jahan jaha",
    "OR": "ya or aur and & या और एवं व n",
    "EITHER": "ya or या",
    "RESIDE": "rehta rehte rahta rahte rehti rahti live lives living रहता रहते रहती",
    "WE": "we hum ham हम",
    "LABOUR": "majdoor majdur mazdoor mazdur mazdoors labour labourers workers migrants shramik मजदूर मजदूरों श्रमिक",
    "GOER": "anyone anybody someone koi driving heading travelling traveling coming going कोई",
    "BORDER": "border बॉर्डर सीमा seema",
    "BUT": "but lekin magar लेकिन मगर",
    "DUTY": "duty ड्यूटी posting posted job naukri nokri नौकरी तैनात तैनाती nri",
    "ROAMING": (
        "ghum ghume ghoom ghoome bhatak bhatke sadak sadko kinare parking emergency casualty "
        "घूम घूमे भटक भटके सड़क किनारे इमरजेंसी"
    ),
    "FOREIGN": (
        "america usa canada toronto dubai sharjah london qatar doha kuwait oman muscat saudi riyadh bahrain singapore "
        "australia sydney melbourne germany italy england russia ukraine ireland paris berlin seattle chicago boston japan malaysia "
        "अमेरिका दुबई कनाडा लंदन कतर कुवैत ओमान सऊदी"
    ),
    "HOME": "orig originally native resident hails belongs मूल मूलतः निवासी niwasi nivasi rehne रहने rahne basically",
    "HOME_AFTER": "niwasi nivasi निवासी rehne rahne रहने",
    "WRITER": "i main mai mein hum ham we मैं हम myself mujhe",
    "AM": (
        "hu hun hoon hain hai hoo h rehta rehte rahta rahte rehti हूं हैं हूँ रहता रहते रहती "
        "live stay work living"
    ),
    "LIVE": "live living stay staying work working based stuck",
    "NOW": (
        "now currently presently present admitted admit admited studying abhi bharti bharthi "
        "hospitalised hospitalized settled ab वर्तमान अब अभी भर्ती एडमिट"
    ),
    "THERE": (
        "now currently waiting admitted hospitalised hospitalized reached arrived stretcher corridor hours hrs "
        "ghante ghanto ghnte khade khada pahunche pahunch pahuche pohche bharti abhi "
        "भर्ती एडमिट अभी घंटे घंटों खड़े खड़ा पहुंचे पहुंच पहुंचा स्ट्रेचर इंतजार parking पार्किंग line लाइन bahar बाहर outside"
    ),
    "SEEK": (
        "karna karni krna karwa karwana karwao karva karvana karana karane kara karwado dilwa dilwado dilao dila chahiye want "
        "करवा करवाना करवाओ करवाने कराना कराने करना दिलवा दिलवाओ दिलाओ चाहिए"
    ),
    "KIN_AWAY": (
        "sons daughters children kids bete bachche bacche beta बच्चे बेटे बेटा son daughter bhai brother husband"
    ),
    "KIN_ELDER": (
        "mummy mom mother maa amma papa father parents dada dadi nana nani pitaji mataji "
        "मम्मी मां माताजी पापा पिताजी दादा दादी नाना नानी माता पिता"
    ),
    "PATIENT": "patient patients mariz mareez marij मरीज मरीज़ पेशेंट",
    "TOWARDS": "to till towards upto",
    "TO": "to",
    "TRIED": "tried try called checked not nothing nowhere except beyond like source available",
    "SAID": (
        "wale वाले wala wali walo walon वाली वालों bole bola kaha बोले कहते कहा denied refused refuse preferred prefer gave says said nobody"
    ),
    "CAME": (
        "came returned returnees back labour labourers laborers majdoor majdur mazdoor mazdur mazdoors workers migrants shramik मजदूर मजदूरों श्रमिक posted sitting alumnus ngo"
    ),
    "FROM": "from",
    "IN": "in at",
    "INSIDE": "me mein mai men में",
    "SE": "se से",
    "KO": "ko को ke के le ले k ka का",
    "OF": "ke के ka का k ki की jila जिला zila dist",
    "WHOSE": "ke के ka का k ki की se से",
    "BED": "bed",
    "NEARBY": "paas pass पास नजदीक nazdeek najdik",
    "BASED": "based",
    "GIVER": (
        "ngo foundation trust company supplier suppliers supply based group team firm organisation "
        "organization charity importer importing imported shipping shipped dealer manufacturer volunteers संस्था फाउंडेशन ट्रस्ट कंपनी"
    ),
    "SENT": "gaye gye गए गये le-gaye sent send coming travelling driving referred refer refered bheja bhej bheje रेफर भेजा भेज shift शिफ्ट refar",
    "BROUGHT": (
        "brought rushed shifted moved taken took transferred transported came reached airlifted "
        "laye laya laaye aaye aye pahunche pahuche pahunch pahuch pahunchi pahuchi pahucha leaaye लाए लाया लाये आए आये पहुंचे पहुंच पहुंची पहुंचा"
    ),
    "SHIFT": "shift शिफ्ट",
    "DONE": "kiya kiye kia diya kar karke किया किये दिया कर करके",
    "WALKED": "paidal nikle nikla nikal chale lautkar laute lout पैदल निकले निकला चले लौटकर लौटे लौट",
    "BACK": "wapas wapis vapas वापस back",
    "ABROAD": "writing calling tweeting posting asking",
    "THENCE": "wahan waha vahan vaha वहां वहाँ there",
    "THING": (
        "remdesivir fabiflu tocilizumab injection injections medicine medicines courier parcel deliver delivered "
        "supply vials strips vial cylinder cylinders donor donors डोनर"
    ),
    "OF_ENGLISH": "of",
    "OWN": "apne apna apni hamare hamara humare our अपने अपना हमारे हमारा",
    "VILLAGE": "gaon gaanv gaav gav village vill tehsil teh tahsil dhani गांव गाँव तहसील ढाणी",
    "BEFELL": "accident palat palti bhid takkar breakdown एक्सीडेंट पलट पलटी टक्कर भिड़ दुर्घटना हादसा",
    "ON": "on pe par पे पर",
    "NEG": "not",
    "HERE": "yahan yaha yahin yahi here यहां यहीं",
    "IF": "if agar yadi अगर यदि",
    "ADMITTED": (
        "admitted admit hospitalised hospitalized bharti bharthi operated nicu niv ventilated critical chadhta "
        "भर्ती एडमिट चढ़ता"
    ),
    "FOLK": (
        "family families parivar pariwar ladka ladke ladki bachcha baccha bachche driver aadmi student students "
        "shopkeeper log logo child kid girl boy man woman lady baby beti behen bahan behan chacha chachi mama mami bhai bhaiya "
        "mahila aurat vyakti yuvak buzurg jawan महिला औरत व्यक्ति युवक बुजुर्ग जवान छात्र "
        "bhanja bhatija bahu sasur saas dost friend बेटी बहन चाचा चाची मामा मामी भाई भतीजा भांजा बहू ससुर सास दोस्त परिवार लड़का लड़के लड़की बच्चा बच्चे आदमी लोग लोगों"
    ),
    "FAMILY": "family families parivar pariwar परिवार",
    "NE": "ne ने",
    "BLOOD": (
        "blood unit units plasma platelets platelet donor donors neg negative khoon khun "
        "खून रक्त यूनिट प्लाज्मा प्लेटलेट प्लेटलेट्स नेगेटिव"
    ),
    "LOOKS": "lagte lagta lagti लगते लगता लगती",
    "HOUSE": "ghar home house घर",
    "WAY": "taraf taraph raste rasta रास्ते side तरफ ओर",
    "AMID": "beech bich bech between बीच",
    "OUT": "bahar baahar outside samne gate बाहर सामने",
    "VISIT": "ghumne ghoomne visiting घूमने",
    "WILL": (
        "need needs be must should going want wants ambulance cannot ja jana jaana jane lejana जा जाना जाने"
    ),
}  # fmt: skip

_FLAGS = {name: 1 << index for index, name in enumerate(_LISTS)}


def _of_words() -> dict[str, int]:
    found: dict[str, int] = {}
    for name, words in _LISTS.items():
        for word in fold(words).text.split():
            found[word] = found.get(word, 0) | _FLAGS[name]
    return found


CUES = _of_words()
(
    ROAD, HIGHWAY, HOSPITAL, DISTRICT, UP_TO, TAKE, NOT_THERE, NOT, BRING, ANYWHERE, OR, EITHER, RESIDE, WE, LABOUR,
    GOER, BORDER, BUT, DUTY, ROAMING, FOREIGN, HOME, HOME_AFTER, WRITER, AM, LIVE, NOW, THERE, SEEK, KIN_AWAY,
    KIN_ELDER, PATIENT, TOWARDS, TO, TRIED, SAID, CAME, FROM, IN, INSIDE, SE, KO, OF, WHOSE, BED, NEARBY, BASED,
    GIVER, SENT, BROUGHT, SHIFT, DONE, WALKED, BACK, ABROAD, THENCE, THING, OF_ENGLISH, OWN, VILLAGE,
    BEFELL, ON, NEG, HERE, IF, ADMITTED, FOLK, FAMILY, NE, BLOOD, LOOKS, HOUSE, WAY, AMID, OUT, VISIT, WILL,
) = _FLAGS.values()  # fmt: skip


def any_of(cues: list[int]) -> int:
    """All that these words may say, in one."""
    joined = 0
    for cue in cues:
        joined |= cue
    return joined
