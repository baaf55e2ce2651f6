"""The word lists that keep everyday words from being read as names of places, and names out of longer words."""

from districts.folding import fold

# Names that are also everyday words, first names or short: believed only beside something that
# says that a place is meant.
CAUTIOUS = frozenset(
    fold(
        "nagar pahari pahadi bari badi bali rani bhim bheem sheo shiv sam sum bap baap dig bara "
        "dosa amber andhi aandhi sahara "
        "sahada kama weir vair reni raini rashmi rasmi mandal dag dug bhadra nawa nawan sarada "
        "sarda aau au anta antah dhod "
        "amet rohat baori danta garhi gadhi sayra sabla gira gida nangal lawan beaver bondi "
        "chamu keru tunga kareda karera "
        "gudha suket modak kelwa kawai diggi geetanjali jaipuria saadat maniya thoi dooni arai "
        "begun begu payla "
        "sawar sewar vki rnt gbh nims ren sms mdm एसएमएस banar nimaj khandar baswa lawan kawat triveni "
        "gogonda chapar bagore dharamshala dharamsala धर्मशाला anand thane rewa puri durg guna moga nuh bawal saket rohini anand "
        "calicut goa sion kaman kamaan "
        "udasar muhana bilwa jasol sendra kharwa mahi luni looni semari raj pink surat mahwa bassi "
        "बाप नगर पहाड़ी रानी शिव सम भीम बाड़ी आंधी बावड़ी बारा वैर मांडल आऊ राशमी सावर नावा धवा "
        "टोक गढ़ी अंता अन्ता डग बाली "
        "रोहट लूनी लूणी कामा लवाण गुढ़ा अराई गिड़ा सेवर सूरत केलवा निमाज मोड़क कवाई जयपुरिया "
        "निम्स डिग्गी आडेल डिग दोसा"
    ).text.split()
)
# Of these the ones that are believed with a postposition or an English preposition as well: "भीम
# में", "stuck in Bhadra".
SOFT = frozenset(
    fold(
        "bhim bheem begun begu anta luni looni surat bhadra mahwa bassi amet rohat baori danta "
        "kaman kamaan deeg karera kareda "
        "weir sawar sewar bari nims sarada gogonda suket masuda jasol sendra sambhar nawa nawan "
        "semari keru anta antah goa puri sion dosa "
        "भीम बेगूं अंता लूणी लूनी सूरत भादरा रोहट सावर निमाज केलवा कवाई आमेट नावा निम्स बाली "
        "bali सेवर वैर गिड़ा सम आऊ मांडल"
    ).text.split()
)
IGNORED = frozenset(("pink city", "raj"))  # too common in pleas to be looked for at all
NOT_A_VARIANT = frozenset(
    fold(
        "shikar shuru churi chori sharma sharda jodha hindi hindu rajput rajasthani marwari "
        "kotak koti bikini jaipuri balaji "
        "balance shahrukh medical hospital ramdev sanjay vijay ajmera kumar kumari kumawat "
        "masood rahat rohit patience "
        "contact number urgent family caravan diver divers driver diwar deewar "
        "sambar sambhar tiwari narayan narayana oxygen injection please patient mandir sardar sarkar "
        "bhandar bhandara mohalla mohala barely kishan gopal mohan "
        "राहत रोहित सहारा शुरू शिकार रश्मि बांदी मरीज सरकार सीकर"
    ).text.split()
)
AFFIXES = frozenset(
    fold(
        "sos help helps needs need oxygen beds bed covid corona fights fight district city rajasthan raj "
        "news updates update police collector emergency hospital plasma blood food cares wale walo wala "
        "me mein se ke ki ka ko ne icu relief lockdown wasi vasi vaasi dist cmho covidhelp covidsos "
        "oxygensos save resources fightscorona fightscovid sahayata madad "
        "floods flood rains earthquake quake cyclone landslide landslides floodrelief rescue "
        "मदद में से के का की को वासी वासियों वाले वालों कोविड कोरोना ऑक्सीजन सहायता जिला शहर हेल्प एसओएस"
    ).text.split()
)
